# sources of src/fleet, in alphabetical order
libpgtend_a_SOURCES += \
	src/fleet/fleet.c \
	src/fleet/health.c \
	src/fleet/history.c \
	src/fleet/learn.c \
	src/fleet/list.c \
	src/fleet/overview.c \
	src/fleet/sessions.c
