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

/* What pgtend's own records (metadata.h) say of the last time that a migration was run or recorded by it. */
struct migration_record {
	const char *name; /* this and the others stand in the answer that the ledger keeps, or in its memory */
	const char *action;       /* "up", "down", "mark applied", "mark pending", "adopt", "repair" */
	const char *checksum;     /* of the file then; NULL: it did not say */
	const char *mode;         /* plan_mode_word(); NULL: nothing ran */
	int64_t ran_us;
	double duration_ms; /* negative: nothing ran */
	const char *who;          /* "ada@laptop, role postgres" */
	const char *version;      /* of pgtend */
};
/* How far a migration came that runs outside a transaction and did not end. */
struct migration_progress {
	char *name;
	char *checksum; /* of the file then; NULL */
	char *who;
	bool is_up;
	int begun, done; /* statements; begun is one more than done while nobody wrote down how that one ended */
	int64_t changed_us;
};
struct migration_file {
	char *name; /* identity in the history table */
	char *path;
	double prefix;      /* as the dialect sorts */
	char *refused;      /* no migration, never run: why the team's own tool would refuse the folder for it; NULL */
	char *only_by_tool; /* why pgtend cannot run it though it is a migration ("is JavaScript"); NULL */
	char *key;          /* what the history knows it by, where that is not the name (a hash, a version); NULL */
	char *down_path;    /* golang-migrate: the other half of the pair, whatever its name is; NULL */
	int64_t when_ms;    /* drizzle: `when` of the journal; else 0 */
	char *note;         /* what to know or do about it; NULL */
	char *checksum;     /* sha256 of the file's bytes, lower-case hexadecimal; NULL: not read yet */
	bool is_skipped;    /* not applied, and its own tool will never apply it (drizzle) */
	bool is_edited;     /* applied, and the file is another one now (drizzle: the hash) */
	bool is_disordered; /* applied in another order than the files', which its own tool refuses */
	bool is_dirty;      /* not applied: begun by pgtend, whose mark of that (golang-migrate's) stands in the history; `progress` says how far */
	int row;            /* its row in the history; -1: none */
	/* Of the run that applied it, when that was pgtend's; NULL. Borrowed from ledger->records. */
	const struct migration_record *record;
	const struct migration_progress *progress; /* NULL: none. Borrowed from the ledger */
};
struct migration_row {
	char *name;
	int64_t applied_us; /* 0: the table does not keep it */
	int64_t when_ms;    /* drizzle: created_at; else 0 */
	char *note;
	char *checksum;     /* of what ran, from pgtend's own records or the dialect's table; NULL: unknown */
	int file; /* its file; -1: none */
	const struct migration_record *record; /* as of a file; of a row without file */
};
/* How a runner of the team's own (dialect plain) writes its rows: learned from those that are there, or said by the keys
 * migrations_names and migrations_checksum. */
enum plain_name_form {
	PLAIN_FORM_UNKNOWN,
	PLAIN_FILE,   /* 002_users.sql */
	PLAIN_STEM,   /* 002_users */
	PLAIN_DIGITS, /* 002 */
	PLAIN_NUMBER, /* 2 */
	PLAIN_TITLE,  /* users */
};
enum plain_checksum_form { PLAIN_CHECKSUM_UNKNOWN, PLAIN_SHA256, PLAIN_SHA1, PLAIN_MD5, PLAIN_NO_CHECKSUM };
struct plain_forms {
	enum plain_name_form said_name, name, also; /* said: by the configuration; also: of a second name beside the first */
	enum plain_checksum_form said_checksum, checksum;
};
/* node-pg-migrate 9 can take NAME.up.sql and NAME.down.sql for one migration. */
enum pair_loader { LOADER_UNKNOWN, LOADER_LEGACY, LOADER_SQL };
struct ledger {
	const struct dialect *dialect; /* NULL: neither a folder nor a history table: nothing to tell */
	char *folder;                  /* NULL: none configured */
	char *history;                 /* "public.pgmigrations", for people */
	char *history_schema, *history_table;
	bool has_history;             /* the table exists */
	char *columns;                /* of the table: "id integer,name character varying,..."; NULL */
	char *bare_columns;           /* those without a default: "name!,checksum"; ! must not be null; NULL */
	char *create_sql;             /* plain: how the folder itself makes the table that is not there yet; NULL */
	struct plain_forms plain;
	enum pair_loader said_loader, loader; /* said: by the configuration */
	int tool_major;               /* of the team's own tool where a package.json tells: 6; 0: unknown */
	struct migration_file *files; /* in the order in which the dialect runs them; those with `refused` last */
	int file_count;               /* all */
	int migration_count;          /* without those with `refused` */
	int last_applied;             /* the last file with a row; -1: none */
	struct migration_row *rows;   /* in the order in which they ran */
	int row_count;
	/* pgtend's own records, the last one of each name, in byte order of the names. */
	struct migration_record *records;
	int record_count;
	struct result *record_answer;
	struct records_memory *memory; /* of what was answered before; NULL */
	char *place; /* server and database, as no other on this machine is called; NULL */
	struct words people; /* each `who` once; the last one is of the answer's row person_row */
	int person_row;
	char *record_columns; /* of pgtend.migrations, where it may be read and believed; NULL */
	bool has_progress;    /* pgtend.migration_progress may be read and believed */
	bool has_hidden_records; /* pgtend.migrations is there, and may not be read or not be believed */
	struct migration_progress *progress;
	int progress_count;
	bool is_without_records; /* `metadata = no` */
	bool wants_progress_only; /* who runs judges no file by what ran of it: set between ledger_look() and ledger_read_rest() */
	struct checksums *checksums; /* while the folder is read; NULL */
	struct question *asked; /* for the records, while the folder is read; NULL */
};

/* In a task. Detects the dialect (key `dialect`, else the folder, else the history table's columns). */
PGTEND_CHECK bool ledger_read(
    struct database *database, struct session *session, struct ledger *ledger, struct err *err);
/* The same in two steps, for those that take the tool's lock between them: dialect, history's name and columns first, then all else. */
PGTEND_CHECK bool ledger_look(
    struct database *database, struct session *session, struct ledger *ledger, struct err *err);
PGTEND_CHECK bool ledger_read_rest(struct ledger *ledger, struct session *session, struct err *err);
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

enum transaction_mode {
	TRANSACTION_AS_TOOL, /* the key `transaction` of the database, else the dialect's */
	TRANSACTION_FILE,    /* one a file */
	TRANSACTION_ALL,     /* one for all, as far as files that cannot run in one do not stand between */
};
enum migrate_direction { MIGRATE_UP, MIGRATE_DOWN, MIGRATE_REDO };
/* Somebody who looks at each step while it runs (rehearse.h). Then steps go one by one, with the text in a message of its own, so that what the
 * transaction holds can be asked before it commits. In the task of the run; session is the run's, of which only questions may be asked. */
struct plan_step;
struct migrate_watch {
	/* Nothing of the step was sent yet; called again for another try. */
	PGTEND_CHECK bool (*began)(struct session *session, const struct plan_step *step, void *arg, struct err *err);
	/* Its text has run. PLAN_TRANSACTION: the transaction is open, row and COMMIT follow; on false all of it is rolled back. */
	PGTEND_CHECK bool (*ran)(struct session *session, const struct plan_step *step, void *arg, struct err *err);
	/* Text and row are done, and committed unless the step shares its transaction with the next one. */
	void (*ended)(struct session *session, const struct plan_step *step, void *arg);
	void *arg;
};
/* What is asked of a run; all zero is `up` of everything. */
struct migrate_options {
	enum migrate_direction direction;
	int count;             /* so many at most; 0: all of `up`, one of `down` and `redo` */
	const char *to;        /* up: to this migration, named as migrate status names it (or its number), and no further; NULL */
	const struct words *only; /* up: none but these files (their names), whatever else is pending; NULL: all */
	const char *plan_hash; /* the run must be the plan with this hash, else ERR_DRIFT; NULL */
	enum transaction_mode transaction;
	bool is_dry_run;
	const struct migrate_watch *watch; /* NULL: nobody looks */
	/* Called once, under the lock, when there is something to run and nothing of it was sent; through session only questions. NULL. */
	void (*begins)(struct session *session, void *arg);
	void *begins_arg;
};
/* Makes the next file as the team's tool would name and fill it, and what belongs to it. *made: their paths, for people, the one to write in
 * first; caller frees. */
PGTEND_CHECK bool migrate_new(
    const struct database *database, const char *title, bool is_dry_run, char **made, struct err *err);

#endif
