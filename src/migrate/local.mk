# sources of src/migrate, in alphabetical order
libpgtend_a_SOURCES += \
	src/migrate/checksum.c \
	src/migrate/dialect_dbmate.c \
	src/migrate/dialect_drizzle.c \
	src/migrate/dialect_drizzle_v1.c \
	src/migrate/dialect_golang_migrate.c \
	src/migrate/dialect_node_pg_migrate.c \
	src/migrate/dialect_parts.c \
	src/migrate/dialect_plain.c \
	src/migrate/dialects.c \
	src/migrate/drizzle_new.c \
	src/migrate/drizzle_parts.c \
	src/migrate/folder.c \
	src/migrate/history.c \
	src/migrate/ledger.c \
	src/migrate/ledger_find.c \
	src/migrate/ledger_parts.c \
	src/migrate/ledger_table.c \
	src/migrate/marker.c \
	src/migrate/metadata.c \
	src/migrate/metadata_read.c \
	src/migrate/metadata_sql.c \
	src/migrate/new.c \
	src/migrate/order.c \
	src/migrate/plain_columns.c \
	src/migrate/plain_create.c \
	src/migrate/plain_form.c \
	src/migrate/plain_record.c \
	src/migrate/plan.c \
	src/migrate/plan_choose.c \
	src/migrate/plan_locks.c \
	src/migrate/plan_mode.c \
	src/migrate/probe.c \
	src/migrate/records.c \
	src/migrate/sealed.c
EXTRA_DIST += src/migrate/dialect_internal.h src/migrate/plain_internal.h src/migrate/plan_internal.h src/migrate/records.h src/migrate/sealed.h
