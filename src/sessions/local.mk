# sources of src/sessions, in alphabetical order
libpgtend_a_SOURCES += \
	src/sessions/end.c \
	src/sessions/internal.h \
	src/sessions/names.c \
	src/sessions/plant.c \
	src/sessions/probe_horizon.c \
	src/sessions/probe_locks.c \
	src/sessions/probe_progress.c \
	src/sessions/registry.c \
	src/sessions/tree.c \
	src/sessions/words.c
