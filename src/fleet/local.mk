# sources of src/fleet, in alphabetical order
libpgtend_a_SOURCES += \
	src/fleet/fleet.c \
	src/fleet/health.c \
	src/fleet/health_archiver.c \
	src/fleet/health_database.c \
	src/fleet/health_ingest.c \
	src/fleet/health_limits.c \
	src/fleet/health_memory.c \
	src/fleet/health_pitr.c \
	src/fleet/health_restores.c \
	src/fleet/health_server.c \
	src/fleet/health_timescale.c \
	src/fleet/history.c \
	src/fleet/learn.c \
	src/fleet/list.c \
	src/fleet/overview.c \
	src/fleet/sessions.c
EXTRA_DIST += src/fleet/health_internal.h
