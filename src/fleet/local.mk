# sources of src/fleet, in alphabetical order
libpgtend_a_SOURCES += \
	src/fleet/blocker.c \
	src/fleet/fleet.c \
	src/fleet/history.c \
	src/fleet/indexes.c \
	src/fleet/learn.c \
	src/fleet/limits.c \
	src/fleet/limits_memory.c \
	src/fleet/list.c \
	src/fleet/own_tables.c \
	src/fleet/pools_applications.c \
	src/fleet/pools_demand.c \
	src/fleet/production.c \
	src/fleet/sequences.c \
	src/fleet/sessions.c
