# sources of src/preflight, in alphabetical order
libpgtend_a_SOURCES += \
	src/preflight/after.c \
	src/preflight/line_backup.c \
	src/preflight/line_credentials.c \
	src/preflight/line_environment.c \
	src/preflight/line_migrations.c \
	src/preflight/line_monitoring.c \
	src/preflight/line_pools.c \
	src/preflight/line_tls.c \
	src/preflight/line_utc.c \
	src/preflight/preflight.c \
	src/preflight/pulse.c
EXTRA_DIST += src/preflight/internal.h src/preflight/pulse.h
