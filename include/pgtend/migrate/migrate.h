/* migrate/migrate.h - migration folders and history tables, each in its team's own dialect.
 *
 * Owns: reading a folder, reading a history table, comparing both, applying and taking back. A dialect is one
 * file dialect_X.c with a const struct dialect and one line in dialects.c.
 * Never adds a column or a constraint to a history table.
 */
#ifndef PGTEND_MIGRATE_MIGRATE_H
#define PGTEND_MIGRATE_MIGRATE_H

#include "pgtend/core/err.h"
#include "pgtend/core/table.h"
#include "pgtend/fleet/fleet.h"
#include "pgtend/core/report.h"
#include "pgtend/probes/probe.h"

struct migration_file {
	char *name;        /* identity in the history table */
	char *path;
	double prefix;     /* as the dialect sorts */
	char *refused;     /* why the team's own tool would refuse the folder because of it; NULL */
};
struct migration_row {
	char *name;
	int64_t applied_us; /* 0: the table does not keep it */
};
struct ledger {
	const struct dialect *dialect;
	char *folder;                      /* NULL: none configured */
	char *history;                     /* "public.pgmigrations" */
	bool has_history;                  /* the table exists */
	struct migration_file *files;      /* in the order in which the dialect runs them */
	int file_count;
	struct migration_row *rows;        /* in the order in which they ran */
	int row_count;
};

struct dialect {
	const char *name;                  /* "node-pg-migrate" */
	bool can_run;                      /* pgtend runs it; else its own tool does, and status says so */
	bool (*read_folder)(struct ledger *ledger, const struct section *section, struct err *err);
	bool (*read_history)(struct ledger *ledger, const struct section *section, struct session *session, struct err *err); /* in a task */
	/* The text that runs, and the line of the file on which it begins. */
	bool (*up_text)(const struct ledger *ledger, const struct migration_file *file, char **sql, int *first_line, struct err *err);
	bool (*down_text)(const struct ledger *ledger, const struct migration_file *file, char **sql, int *first_line, struct err *err);
	/* Where a new file goes and what stands in it. Caller frees both. */
	bool (*new_file)(const struct ledger *ledger, const char *title, char **path, char **body, struct err *err);
};
const struct dialect *dialect_by_name(const char *name);

/* In a task. Detects the dialect (key `dialect`, else the folder, else the history table's columns). */
PGTEND_CHECK bool ledger_read(struct database *database, struct session *session, struct ledger *ledger, struct err *err);
void ledger_done(struct ledger *ledger);
/* Every file and row with its state: applied, pending, missing (row without file), out_of_order, refused; shape migrations_shape. */
void ledger_table(const struct ledger *ledger, struct table *table);
extern const struct table_shape migrations_shape;
/* FACT_MIGRATIONS; main registers it (probe_register), because probes/ is a lower floor. */
extern const struct probe migrate_probe;

/* In a task. count < 0: all. One transaction a file, the history row in it, the dialect's advisory lock held. */
PGTEND_CHECK bool migrate_up(struct fleet *fleet, struct database *database, int count, bool is_dry_run, struct report *report, struct err *err);
PGTEND_CHECK bool migrate_down(struct fleet *fleet, struct database *database, int count, bool is_dry_run, struct report *report, struct err *err);

#endif
