# sources of src/health, in alphabetical order
libpgtend_a_SOURCES += \
	src/health/health.c \
	src/health/internal.h \
	src/health/judge_archiver.c \
	src/health/judge_copies.c \
	src/health/judge_database.c \
	src/health/judge_disk.c \
	src/health/judge_ingest.c \
	src/health/judge_limits.c \
	src/health/judge_pitr.c \
	src/health/judge_pools.c \
	src/health/judge_replication.c \
	src/health/judge_restores.c \
	src/health/judge_server.c \
	src/health/judge_settings.c \
	src/health/judge_tables.c \
	src/health/judge_timescale.c \
	src/health/judge_tls.c \
	src/health/overview.c
