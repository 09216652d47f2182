# sources of src/backup, in alphabetical order
libpgtend_a_SOURCES += \
	src/backup/backup_internal.h \
	src/backup/budget.c \
	src/backup/budget.h \
	src/backup/catalog.c \
	src/backup/client.c \
	src/backup/client.h \
	src/backup/due.c \
	src/backup/dump.c \
	src/backup/dump.h \
	src/backup/dump_watch.c \
	src/backup/facts.c \
	src/backup/globals.c \
	src/backup/globals.h \
	src/backup/hook.c \
	src/backup/name.c \
	src/backup/name.h \
	src/backup/plan.c \
	src/backup/plan.h \
	src/backup/policy.c \
	src/backup/probe.c \
	src/backup/prune.c \
	src/backup/remove.c \
	src/backup/rows.c \
	src/backup/take.c \
	src/backup/verify.c
