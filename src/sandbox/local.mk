# sources of src/sandbox, in alphabetical order
libpgtend_a_SOURCES += \
	src/sandbox/ask.c \
	src/sandbox/cluster.c \
	src/sandbox/down.c \
	src/sandbox/files.c \
	src/sandbox/fill.c \
	src/sandbox/incident.c \
	src/sandbox/incidents.c \
	src/sandbox/internal.h \
	src/sandbox/lite.c \
	src/sandbox/load.c \
	src/sandbox/npm.c \
	src/sandbox/pglite.c \
	src/sandbox/place.c \
	src/sandbox/pooler.c \
	src/sandbox/process.c \
	src/sandbox/share.c \
	src/sandbox/status.c \
	src/sandbox/status.h \
	src/sandbox/up.c
