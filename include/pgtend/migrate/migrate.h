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
	char *name; /* identity in the history table */
	char *path;
	double prefix;      /* as the dialect sorts */
	char *refused;      /* no migration, never run: why the team's own tool would refuse the folder for it; NULL */
	char *only_by_tool; /* why pgtend cannot run it though it is a migration ("is JavaScript"); NULL */
	char *key;          /* what the history knows it by, where that is not the name (a hash, a version); NULL */
	int64_t when_ms;    /* drizzle: `when` of the journal; else 0 */
	char *note;         /* what to know or do about it; NULL */
	bool is_skipped;    /* not applied, and its own tool will never apply it (drizzle) */
	bool is_edited;     /* applied, and the file is another one now (drizzle: the hash) */
	bool is_disordered; /* applied in another order than the files', which its own tool refuses */
	int row;            /* its row in the history; -1: none */
};
struct migration_row {
	char *name;
	int64_t applied_us; /* 0: the table does not keep it */
	int64_t when_ms;    /* drizzle: created_at; else 0 */
	char *note;
	int file; /* its file; -1: none */
};
struct ledger {
	const struct dialect *dialect; /* NULL: neither a folder nor a history table: nothing to tell */
	char *folder;                  /* NULL: none configured */
	char *history;                 /* "public.pgmigrations", for people */
	char *history_schema, *history_table;
	bool has_history;             /* the table exists */
	char *columns;                /* of the table: "id integer,name character varying(255),..."; NULL */
	struct migration_file *files; /* in the order in which the dialect runs them; those with `refused` last */
	int file_count;               /* all */
	int migration_count;          /* without those with `refused` */
	int last_applied;             /* the last file with a row; -1: none */
	struct migration_row *rows;   /* in the order in which they ran */
	int row_count;
};

/* How one migration runs and is written down: only of dialects with can_run. */
struct dialect_run {
	int64_t lock_key; /* of the tool's advisory lock, so that both exclude each other */
	/* As the tool does before it runs the first: makes schema and table. Caller frees; session quotes. */
	char *(*ensure_sql)(const struct ledger *ledger, struct session *session);
	/* What the tool sets before it runs a file, as one statement without a semicolon ("SET LOCAL search_path ...").
	 * Caller frees. */
	char *(*settings_sql)(const struct ledger *ledger, const struct section *section, struct session *session);
	/* One statement without a semicolon. Caller frees. */
	char *(*record_sql)(const struct ledger *ledger, const struct migration_file *file, struct session *session);
	char *(*forget_sql)(const struct ledger *ledger, const struct migration_file *file, struct session *session);
	/* The text that runs, and the line of the file on which it begins. `text` is the whole file. */
	bool (*up_text)(const struct migration_file *file, const char *text, char **sql, int *first_line, struct err *err);
	bool (*down_text)(
	    const struct migration_file *file, const char *text, char **sql, int *first_line, struct err *err);
	/* What the user should know of this text before it runs, static; NULL: nothing. The member may be NULL. */
	const char *(*up_warning)(const char *text);
};

struct dialect {
	const char *name; /* "node-pg-migrate" */
	/* Where its history lies when nothing is configured: "public", "pgmigrations". */
	const char *history_schema, *history_table;
	const char *tool;   /* the command that runs pending ones: "npx node-pg-migrate up" */
	bool can_run;       /* pgtend runs it (`run` is set); else its own tool does, and status says so */
	/* Fills files. The folder exists. */
	bool (*read_folder)(struct ledger *ledger, struct err *err);
	/* Fills rows. In a task; the table exists, may be read and its columns stand in ledger->columns. */
	bool (*read_rows)(struct ledger *ledger, struct session *session, struct err *err);
	/* true: these columns ("id integer,name text,...") are this dialect's. */
	bool (*knows_columns)(const char *columns);
	/* Sets row and file of each other; NULL: by name. */
	void (*match)(struct ledger *ledger);
	/* What the tool's own check of the order says (ERR_DRIFT); NULL: it has none, and runs late files all the same. */
	bool (*check_order)(const struct ledger *ledger, struct err *err);
	/* Where a new file goes and what stands in it. Caller frees both. On false the error names the command of the tool
	 * to run instead. */
	bool (*new_file)(const struct ledger *ledger, const char *title, char **path, char **body, struct err *err);
	const struct dialect_run *run;
};
/* "node-pg-migrate", "drizzle", "drizzle-v1", "plain", "dbmate", "golang-migrate"; NULL: no such dialect. */
const struct dialect *dialect_by_name(const char *name);
extern const struct dialect *const dialects[];
extern const int dialect_count;

/* In a task. Detects the dialect (key `dialect`, else the folder, else the history table's columns). */
PGTEND_CHECK bool ledger_read(
    struct database *database, struct session *session, struct ledger *ledger, struct err *err);
/* The folder alone, no server asked: for `migrate new`. Nothing tells the dialect: node-pg-migrate's. */
PGTEND_CHECK bool ledger_read_folder(const struct database *database, struct ledger *ledger, struct err *err);
/* Reads the history again after something ran, through any session. In a task. */
PGTEND_CHECK bool ledger_read_history(struct ledger *ledger, struct session *session, struct err *err);
void ledger_done(struct ledger *ledger);

enum migration_state {
	MIGRATION_APPLIED,
	MIGRATION_PENDING,
	MIGRATION_MISSING,      /* a row without file */
	MIGRATION_OUT_OF_ORDER, /* not applied, though one behind it is; or applied in another order than the files' */
	MIGRATION_REFUSED,      /* no migration: the team's own tool would refuse the folder because of it */
	MIGRATION_SKIPPED,      /* not applied, and its own tool will never apply it */
	MIGRATION_EDITED,       /* applied, and the file is another one now */
};
const char *migration_state_word(enum migration_state state);
enum migration_state ledger_file_state(const struct ledger *ledger, int file);
/* Every file and row with its state; shape migrations_shape. */
void ledger_table(const struct ledger *ledger, const char *database, struct table *table);
extern const struct table_shape migrations_shape;
/* FACT_MIGRATIONS; main registers it (probe_register), because probes/ is a lower floor. */
extern const struct probe migrate_probe;

/* In a task. count < 0: all. One transaction a file, the history row in it, the dialect's advisory lock held. */
PGTEND_CHECK bool migrate_up(
    struct fleet *fleet, struct database *database, int count, bool is_dry_run, struct report *report, struct err *err);
PGTEND_CHECK bool migrate_down(
    struct fleet *fleet, struct database *database, int count, bool is_dry_run, struct report *report, struct err *err);
/* Makes the next file as the team's tool would name and fill it. *path: caller frees. */
PGTEND_CHECK bool migrate_new(
    const struct database *database, const char *title, bool is_dry_run, char **path, struct err *err);

#endif
