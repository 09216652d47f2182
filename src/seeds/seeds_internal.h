/* src/seeds/seeds_internal.h - what seed.c, files.c, scan.c, whole.c, exec.c share. */
#ifndef PGTEND_SEEDS_INTERNAL_H
#define PGTEND_SEEDS_INTERNAL_H

#include "pgtend/seeds/seeds.h"
#include "pgtend/loop/child.h"
#include "pgtend/migrate/checksum.h"

/* ---- scan.c: what a file of SQL asks for, by its tokens ------------------------------- */

struct seed_statement {
	size_t offset; /* of its first token */
	int line;
};

struct seed_scan {
	int meta_line;               /* first psql meta-command; 0: none */
	int copy_line;               /* first COPY ... FROM STDIN; 0: none. Its data are passed over */
	int transaction_line;        /* first BEGIN, COMMIT, ... ; 0: none */
	bool is_without_transaction; /* a line says `-- pgtend: no-transaction`: its statements run one by one */
	bool is_whole_transaction;   /* begins with BEGIN, ends with COMMIT, nothing of that kind between */
	struct seed_statement *statements;
	int statement_count;
};

/* Never fails: text that is not SQL gives what its tokens look like, and the server has the last word. */
void seed_scan(const char *sql, struct seed_scan *scan);
void seed_scan_done(struct seed_scan *scan);
/* Whether its statements run each on its own: marked so, or there is only one. */
bool seed_scan_is_single(const struct seed_scan *scan);
/* Where the server's character position (1-based) is; column counts characters. */
void seed_locate(const char *sql, int position, int *line, int *column);

/* ---- files.c: what stands in the folder, and how each file runs ----------------------- */

enum seed_way {
	SEED_SESSION,    /* in one transaction over a session of ours */
	SEED_CSV,        /* streamed into the table that the file names */
	SEED_PSQL,       /* has what only psql understands */
	SEED_RUNNER,     /* a [runner] for its extension */
	SEED_EXECUTABLE, /* mode +x */
	SEED_HELPER,     /* JavaScript or TypeScript that exports a function: pgtend's own helper calls it */
};
enum seed_state { SEED_NOT_RUN, SEED_DONE, SEED_FAILED };

struct seed_file {
	char *name; /* relative to the seeds folder: "001_users.sql", "development/010_demo.sql" */
	char *path;
	enum seed_way way;
	char *sql;             /* SEED_SESSION: its text, without a byte order mark */
	struct seed_scan scan; /* of .sql files */
	struct words runner;   /* SEED_RUNNER, SEED_HELPER: the words before its path */
	const struct conninfo *info; /* whose password is never said; borrowed from the database */
	const char *found_password;  /* the same where libpq found it elsewhere, in a passfile; borrowed; NULL */
	const char *environment;    /* under which it runs: --env, else the database's; borrowed from the list's options */
	bool is_environment_chosen; /* by --env: programs are told, whatever NODE_ENV they would inherit */
	char *into;       /* SEED_CSV: the table, "public.users"; NULL: not known yet */
	char *record_sql; /* SEED_PSQL in one transaction: sent behind the file, within it; NULL: nothing is recorded there */
	enum seed_state state;
	const char *again; /* --twice: "same", "changed", "failed"; NULL: it ran once */
	double took_ms;
	int64_t rows;  /* -1: not known */
	int64_t bytes;
	char checksum[CHECKSUM_SIZE]; /* of what ran; "": not known yet */
};

struct seed_list {
	struct seed_file *files; /* in the order in which they run */
	int count;
	struct words ignored; /* names of files that are no seeds */
};

/* Reads the folder and the environment's subfolder. Whatever cannot run is an error
 * here, before anything runs. */
PGTEND_CHECK bool seed_list_read(struct fleet *fleet, struct database *database, const struct seeds_options *options,
    struct seed_list *list, struct err *err);
void seed_list_done(struct seed_list *list);
const char *seed_way_word(enum seed_way way);
/* Of SEED_PSQL: psql makes one transaction of it. */
bool seed_is_psql_single(const struct seed_file *file);

/* ---- say.c: output of the programs ------------------------------------------------------- */

/* Says lines while they come; the connection's password, however it is written (as in a URL, in JSON), becomes stars. */
struct seed_speaker {
	const struct seed_file *file;
	struct report *report;
	const char *wanted; /* borrowed: `found` is the last line that begins so; NULL */
	struct words secrets;
	struct text pending[2]; /* by enum child_stream: a line that is not yet at its end */
	int64_t lines;
	char *last[2];  /* by enum child_stream: its last line that is not empty, without secrets; NULL */
	char *verdict;  /* what the helper says for us to read, with whatever the seed's error holds; NULL */
	char *found;
};
void seed_speaker_init(
    struct seed_speaker *speaker, const struct seed_file *file, const struct conninfo *info, struct report *report);
void seed_hear(
    enum child_stream stream, const char *bytes, size_t length, void *arg); /* a child_data_fn; arg: speaker */
/* The program has ended: says what is left of a line without an end, and how many lines were left out. */
void seed_speaker_end(struct seed_speaker *speaker);
/* The last line that is not empty, on standard error if it spoke there: programs say there what went wrong. Borrowed; NULL: it said nothing. */
const char *seed_last_line(const struct seed_speaker *speaker);
char *seed_without_secrets(const struct seed_speaker *speaker, const char *line); /* caller frees */
/* The same for what the server said. */
char *seed_without_password(const struct seed_file *file, const char *line); /* caller frees */
void seed_clean_err(const struct conninfo *info, const char *found_password, struct err *err);
void seed_speaker_done(struct seed_speaker *speaker);
/* As part of a URL. */
void seed_add_encoded(struct text *url, const char *value);

/* ---- program.c: which program runs a file ------------------------------------------------ */

bool seed_is_module(const char *extension); /* "ts", "mjs", ... */
bool seed_is_program(const char *path);     /* begins with #! or is a binary: mode +x alone is what some file systems give to all */
/* Says so when a [runner] would load a file that waits to be called. */
void seed_tell_uncalled(const struct seed_file *file, struct report *report);
/* A [runner]'s words: at blanks that stand in no quotes. */
void seed_split_command(struct words *words, const char *command);
/* In a task. Finds the programs of all files that need one and asks the helper whether it can run its files. False, with the file and what
 * to install, before anything has run. */
PGTEND_CHECK bool seed_find_programs(
    struct fleet *fleet, struct database *database, const struct seed_list *list, struct err *err);

/* ---- environment.c: what a program is given ------------------------------------------------ */

/* DATABASE_URL, the same under the name of the variable that the configuration takes the address from, PGTEND_DATABASE, NODE_ENV. What
 * libpq reads comes from conninfo_child_init(). */
void seed_add_environment(struct words *env, const struct database *database, const struct seed_file *file);
void seed_forget_environment(struct words *env);

/* ---- one run ------------------------------------------------------------------------- */

struct seed_records;
struct seed_run {
	struct fleet *fleet;
	struct database *database;
	const struct seeds_options *options;
	struct seed_list list;
	struct session *session; /* asks, quotes, and records what ran without a transaction of ours */
	char *found_password;    /* as libpq found it; NULL */
	struct seed_records *records;
	struct report *report;
};

/* seed.c: one file, recorded. */
PGTEND_CHECK bool seed_run_file(struct seed_run *run, struct seed_file *file, struct err *err);
/* twice.c: all of them have run; again, file by file, with the rows of all tables counted. */
PGTEND_CHECK bool seed_run_twice(struct seed_run *run, struct err *err);

/* ---- transact.c: a file's transaction, its record in it or right behind it ------------- */

PGTEND_CHECK bool seed_begin(const struct seed_run *run, struct session *session, struct err *err);
/* Records the file and commits. */
PGTEND_CHECK bool seed_commit(struct seed_run *run, struct session *session, struct seed_file *file, struct err *err);
/* The same where `end` is the file's own last statement. */
PGTEND_CHECK bool seed_commit_by(
    struct seed_run *run, struct session *session, struct seed_file *file, const char *end, struct err *err);
void seed_rollback(struct session *session);
/* Behind a file that has run: a transaction of its own. That it cannot be recorded is no failure of the file. */
void seed_record_after(struct seed_run *run, struct session *session, struct seed_file *file);
/* In the file's transaction, took_ms by the server's clock. NULL: nothing is recorded. Caller frees. */
char *seed_record_within(const struct seed_run *run, const struct seed_file *file);
void seed_log_notices(const struct seed_file *file, const struct result *result, struct report *report);

/* ---- whole.c, load.c, exec.c: one file -------------------------------------------------- */

/* err: "FILE:LINE: what the server said". Both record it, the first one within its transaction wherever it has one. */
PGTEND_CHECK bool seed_run_session(struct seed_run *run, struct session *session, struct seed_file *file, struct err *err);
PGTEND_CHECK bool seed_run_csv(struct seed_run *run, struct session *session, struct seed_file *file, struct err *err);
/* What would go wrong, known before anything runs; a table that is not there yet is none where may_be_absent. Fills file->into. */
PGTEND_CHECK bool seed_check_csv(struct seed_run *run, struct seed_file *file, bool may_be_absent, struct err *err);
/* Recorded by the caller, or by file->record_sql. */
PGTEND_CHECK bool seed_run_psql(
    struct fleet *fleet, struct database *database, struct seed_file *file, struct report *report, struct err *err);
PGTEND_CHECK bool seed_run_program(
    struct fleet *fleet, struct database *database, struct seed_file *file, struct report *report, struct err *err);

#endif
