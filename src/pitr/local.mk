# sources of src/pitr, in alphabetical order
libpgtend_a_SOURCES += \
	src/pitr/backup.c \
	src/pitr/conf.c \
	src/pitr/info.c \
	src/pitr/pitr_internal.h \
	src/pitr/place.c \
	src/pitr/points.c \
	src/pitr/probe.c \
	src/pitr/restore.c \
	src/pitr/restore_start.c \
	src/pitr/restore_tablespaces.c \
	src/pitr/restore_time.c \
	src/pitr/run.c \
	src/pitr/setup.c \
	src/pitr/setup_conf.c \
	src/pitr/setup_server.c \
	src/pitr/status.c
