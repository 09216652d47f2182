# sources of src/commands, in alphabetical order
libpgtend_a_SOURCES += \
	src/commands/acts.c \
	src/commands/cmd_activity.c \
	src/commands/cmd_audit.c \
	src/commands/cmd_backup.c \
	src/commands/cmd_chunks.c \
	src/commands/cmd_clean.c \
	src/commands/cmd_compress.c \
	src/commands/cmd_create.c \
	src/commands/cmd_drop_chunks.c \
	src/commands/cmd_help.c \
	src/commands/cmd_init.c \
	src/commands/cmd_jobs.c \
	src/commands/cmd_migrate.c \
	src/commands/cmd_migrate_adopt.c \
	src/commands/cmd_migrate_plan.c \
	src/commands/cmd_migrate_rehearse.c \
	src/commands/cmd_migrate_repair.c \
	src/commands/cmd_migrate_lock.c \
	src/commands/cmd_migrate_mark.c \
	src/commands/cmd_migrate_status.c \
	src/commands/cmd_pools.c \
	src/commands/cmd_refresh.c \
	src/commands/cmd_retention.c \
	src/commands/cmd_sandbox.c \
	src/commands/cmd_seed.c \
	src/commands/cmd_status.c \
	src/commands/cmd_tables.c \
	src/commands/cmd_trust.c \
	src/commands/cmd_unlock.c \
	src/commands/cmd_vacuum.c \
	src/commands/cmd_version.c \
	src/commands/complete.c \
	src/commands/dispatch.c \
	src/commands/dispatch_ask.c \
	src/commands/dispatch_standing.c \
	src/commands/dispatch_work.c \
	src/commands/gather.c \
	src/commands/help.c \
	src/commands/options.c \
	src/commands/parse.c \
	src/commands/registry.c \
	src/commands/resolve.c \
	src/commands/split.c \
	src/commands/verbs.c
EXTRA_DIST += src/commands/acts.h src/commands/dispatch.h src/commands/gather.h src/commands/internal.h src/commands/registry.def
