# sources of src/backup, in alphabetical order
libpgtend_a_SOURCES += \
	src/backup/backup_internal.h \
	src/backup/dump.c \
	src/backup/hook.c \
	src/backup/manifest.c \
	src/backup/place.c \
	src/backup/probe.c \
	src/backup/readback.c \
	src/backup/take.c
