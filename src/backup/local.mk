# sources of src/backup, in alphabetical order
libpgtend_a_SOURCES += \
	src/backup/backup_internal.h \
	src/backup/catalog.c \
	src/backup/due.c \
	src/backup/dump.c \
	src/backup/facts.c \
	src/backup/hook.c \
	src/backup/policy.c \
	src/backup/probe.c \
	src/backup/prune.c \
	src/backup/remove.c \
	src/backup/rows.c \
	src/backup/take.c \
	src/backup/verify.c
