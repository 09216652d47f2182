/* migrate/dialect.h - what one migration tool does, so that pgtend does the same: how its folder is read, its history, how a
 * migration runs and is written down.
 *
 * A dialect is one file dialect_X.c with a const struct dialect and one line in dialects.c. It knows texts and columns; it opens no
 * session, takes no lock and runs nothing: run.c does, for all dialects alike.
 */
#ifndef PGTEND_MIGRATE_DIALECT_H
#define PGTEND_MIGRATE_DIALECT_H

#include "pgtend/migrate/migrate.h"

/* One direction of a migration as it runs. The dialect fills it; migration_text_done() frees. */
struct migration_text {
	char *path;     /* the file in which it stands; NULL: migration_file.path */
	char *sql;      /* what runs, cut out of the file so that positions in it are positions in the file */
	int first_line; /* of sql in the file, from 1 */
	/* The tool's own directive in the file says: outside a transaction (dbmate's transaction:false). */
	bool is_outside_transaction;
	const char *warning; /* what to know before it runs; static; NULL */
};
void migration_text_done(struct migration_text *text);

/* Files to make for a new migration; the first is the one to write in. */
struct migration_draft {
	char *path, *body;
	bool is_replaced; /* one that is there gets this body; else a file that is there is an error */
};
struct migration_drafts {
	struct migration_draft v[4];
	int count;
};
/* Takes both over. */
void migration_drafts_add(struct migration_drafts *drafts, char *path, char *body, bool is_replaced);
void migration_drafts_done(struct migration_drafts *drafts);

/* How one migration runs and is written down. */
struct dialect_run {
	/* Of the tool's own advisory lock, so that both exclude each other; where the tool has none, one of pgtend's own. */
	int64_t (*lock_key)(const struct ledger *ledger, const char *dbname);
	/* A second key that the tool takes instead when it is called in another way (golang-migrate from a program): both are held. The member
	 * may be NULL. */
	int64_t (*other_lock_key)(const struct ledger *ledger, const char *dbname);
	/* The tool takes no lock: while pgtend works, each of its transactions holds ACCESS EXCLUSIVE on the history table and looks whether it
	 * still has the rows that were read, so that the tool waits or one of both fails before anything runs twice. */
	bool locks_history;
	/* Nothing in the table keeps a migration from being written down twice: a runner that read the history before that lock was ours would
	 * run everything again. It is looked for (run_rivals.c); what stays open is one whose queries this role may not see and whose first file
	 * takes longer than our whole transaction. */
	bool has_no_key;
	/* The table has one row that says how far it came (golang-migrate). The ledger has a row for each migration up to there all the same. */
	bool has_one_row;
	enum transaction_mode transaction; /* as the tool does it when nothing is said: TRANSACTION_FILE or TRANSACTION_ALL */
	/* Is it known how the history is written? Asked before anything runs or is recorded; false: err says what to write into the
	 * configuration. The member may be NULL: yes. */
	bool (*can_record)(const struct ledger *ledger, struct err *err);
	/* As the tool does before it runs the first: makes schema and table. Caller frees; session quotes. */
	char *(*ensure_sql)(const struct ledger *ledger, struct session *session);
	/* What the tool sets before it runs a file, as one statement without a semicolon ("SET LOCAL search_path ...").
	 * Caller frees. The member and its answer may be NULL: nothing. */
	char *(*settings_sql)(const struct ledger *ledger, const struct section *section, struct session *session);
	/* One or more statements, the last without a semicolon. Caller frees. */
	char *(*record_sql)(const struct ledger *ledger, const struct migration_file *file, struct session *session);
	char *(*forget_sql)(const struct ledger *ledger, const struct migration_file *file, struct session *session);
	/* The tool's own checksum of an applied migration becomes that of the file as it is now. One statement without a semicolon; NULL, also
	 * the member: its table keeps none. Caller frees. */
	char *(*accept_sql)(const struct ledger *ledger, const struct migration_file *file, struct session *session);
	/* For files that run outside a transaction, where the tool marks its history before it begins (golang-migrate's dirty). As record_sql;
	 * the member may be NULL. */
	char *(*begin_sql)(const struct ledger *ledger, const struct migration_file *file, bool is_up, struct session *session);
	/* false: err is FILE:LINE:COL: what, or says that there is no down part and where it would stand. `text` is the whole file at
	 * migration_file.path (up), or at down_path(); there NULL when no file is there. */
	bool (*up_text)(const struct ledger *ledger, const struct migration_file *file, const char *text, struct migration_text *out,
	    struct err *err);
	bool (*down_text)(const struct ledger *ledger, const struct migration_file *file, const char *text,
	    struct migration_text *out, struct err *err);
	/* Where the down part stands; the member may be NULL: in the same file. Caller frees. */
	char *(*down_path)(const struct ledger *ledger, const struct migration_file *file);
};

struct dialect {
	const char *name; /* "node-pg-migrate" */
	/* Where its history lies when nothing is configured: "public", "pgmigrations". */
	const char *history_schema, *history_table;
	const char *tool;   /* the command that runs pending ones: "npx node-pg-migrate up" */
	/* Fills files. The folder exists. */
	bool (*read_folder)(struct ledger *ledger, struct err *err);
	/* Fills rows. In a task; the table exists, may be read and its columns stand in ledger->columns. */
	bool (*read_rows)(struct ledger *ledger, struct session *session, struct err *err);
	/* read_rows needs no files and read_folder no rows: both go on at the same time. */
	bool is_read_at_once;
	/* true: these columns ("id integer,name text,...") are this dialect's. */
	bool (*knows_columns)(const char *columns);
	/* Sets row and file of each other; NULL: by name. */
	void (*match)(struct ledger *ledger);
	/* What the tool's own check of the order says (ERR_DRIFT); NULL: it has none, and runs late files all the same. */
	bool (*check_order)(const struct ledger *ledger, struct err *err);
	/* Where a new migration goes and what stands in it. On false the error names the command of the tool to run instead. */
	bool (*new_file)(const struct ledger *ledger, const char *title, struct migration_drafts *drafts, struct err *err);
	const struct dialect_run *run; /* NULL: pgtend shows it, its own tool runs it */
};
/* "node-pg-migrate", "drizzle", "drizzle-v1", "plain", "dbmate", "golang-migrate"; NULL: no such dialect. */
const struct dialect *dialect_by_name(const char *name);
extern const struct dialect *const dialects[];
extern const int dialect_count;

#endif
