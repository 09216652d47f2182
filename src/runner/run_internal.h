/* The parts of one run of a plan: run.c leads, run_lock.c excludes others, run_transactions.c runs what goes in transactions, run_message.c puts
 * several of them into one message, run_settle.c looks up what became of a lost one, run_error.c words what went wrong. All in a task. */
#ifndef PGTEND_MIGRATE_RUN_INTERNAL_H
#define PGTEND_MIGRATE_RUN_INTERNAL_H

#include "pgtend/migrate/metadata.h"
#include "pgtend/migrate/plan.h"

struct run {
	struct fleet *fleet;
	struct database *database;
	const struct migrate_options *options;
	const struct dialect *dialect;
	struct ledger ledger;
	struct session *session;
	struct report *report;
	const char *verb; /* "migrate up" */
	bool is_pooled; /* behind a pool of one: the lock lives and dies in each transaction */
	bool has_lock;
	bool has_settings; /* the session itself has the settings; else the next transaction brings them (behind a pool each does) */
	bool is_hasty;     /* the session commits without waiting for the disk, as far as we know */
	int64_t lock_key, other_lock_key; /* the other is 0 where the tool has one alone */
	int backend_pid;     /* of the session: what to look for when it is lost */
	int lock_timeout_ms; /* 0: waits for ever */
	int64_t statement_timeout_ms;
	int64_t history_rows; /* how many the history must have, where each transaction looks */
	struct metadata metadata;
	struct plan plan;
	char *psql;         /* the program, where a step wants it; NULL */
	int done;           /* steps of the plan that are committed */
	int durable;        /* of them, those that a crash of the server cannot take back any more */
	int64_t durable_ms; /* loop time when `durable` was set */
	int most;           /* how many steps the next message may hold */
	struct words untold; /* what is to be said of steps once they are durable */
	size_t sure;         /* so many of them speak of what is committed */
	char xid[24];       /* of a transaction that is open over several messages; "": none */
};

const struct migration_file *run_file(const struct run *run, const struct plan_step *step);
/* They share a transaction. */
bool run_is_begin(const struct run *run, int step); /* of its transaction */
bool run_is_end(const struct run *run, int step);

/* run_session.c */
/* Opens the action's session, at the direct address when there is one; refuses what a pooler would break. */
PGTEND_CHECK bool run_open(struct run *run, struct err *err);
/* ERR_REFUSED with the line to add. */
bool run_say_pooled(const struct run *run, struct err *err);
/* After a loss: a new session to the same place, tried for `seconds`. */
PGTEND_CHECK bool run_reopen(struct run *run, int seconds, struct err *err);
/* Timeouts and what the tool sets, once for the session; nothing behind a pool. */
PGTEND_CHECK bool run_set(struct run *run, struct err *err);
/* Sends the message as it is, also behind a pooler. *result may be set on false; free it in either case. */
PGTEND_CHECK bool run_ask(struct run *run, const char *sql, struct result **result, struct err *err);
/* Ends a transaction that is open, also when the task was cancelled. */
void run_roll_back(struct run *run);
/* BEGIN; the guard where one is wanted; what the session does not have. step: the first one; NULL: none. rows: how many the history has by then. *answers: how many
 * statements that are. Caller frees. */
char *run_head(struct run *run, const struct plan_step *step, int64_t rows, int *answers);

/* run_lock.c */
/* Takes the tool's own advisory lock for the session; nothing behind a pool. ERR_LOCKED says who holds it. */
PGTEND_CHECK bool run_lock(struct run *run, struct err *err);
void run_unlock(struct run *run);
/* After a text that may have given up the session's locks (DISCARD ALL, pg_advisory_unlock_all): takes it again. The statement alone fails with
 * SQLSTATE PTLCK; NULL: not needed. Caller frees. */
PGTEND_CHECK bool run_keep_lock(struct run *run, const char *sql, struct err *err);
char *run_keep_lock_sql(const struct run *run, const char *sql);
/* What psql's own transaction begins with: it ends when our session is gone by then, and keeps the next runner waiting for it else. "" behind
 * a pool, where the transaction has the lock itself. Caller frees. */
char *run_psql_lock_sql(const struct run *run);
/* The advisory lock of that transaction. */
int64_t run_psql_key(const struct run *run);
/* ERR_LOCKED in words, with the holder as far as the server tells. */
bool run_say_locked(struct run *run, struct err *err);
/* How many rows the history table itself has. */
int64_t run_table_rows(const struct run *run);
/* In a pool of one, and where the tool takes no lock: a DO statement that fails with SQLSTATE PTLCK, PTHIS or PTRIV. NULL: the session's lock is
 * enough. Caller frees. */
char *run_guard_sql(struct run *run, const struct plan_step *step, int64_t rows);
/* What such a guard said, in words; false: it was something else. */
bool run_explain_guard(struct run *run, struct err *err);

/* run_rivals.c */
/* Adds to the guard: fails with SQLSTATE PTRIV while a runner that takes no lock is at the same step. step NULL: none yet. Uses the
 * guard's variables rival, asking, begun and suspects. */
void run_rivals_at_begin(struct run *run, const struct plan_step *step, struct text *sql);
/* A statement with its semicolon for right before the history row; fails with PTRIV. NULL: not needed. Caller frees. */
char *run_rivals_at_end(struct run *run);
/* PTRIV in words; true. */
bool run_say_rival(struct run *run, struct err *err);

/* run_record.c: the history alone is written, nothing of a migration runs. */
/* Session, ledger and lock; is_locked false: it only looks. The run's fleet, database, report and verb are set. */
PGTEND_CHECK bool run_record_open(struct run *run, bool is_locked, struct err *err);
struct run_record {
	int file;        /* of the ledger; -1: the row has none */
	int row;         /* where there is no file */
	bool is_applied; /* as what it is written down: its row is made, or taken away */
};
/* All of them in one transaction, pgtend's own records too, or none. action: as for metadata_note_sql(). On false nothing is written, unless
 * err says otherwise (ERR_PARTIAL). */
PGTEND_CHECK bool run_record(struct run *run, const struct run_record *records, int count, const char *action, struct err *err);
/* Gives lock and session back and frees, whatever happened. */
void run_record_close(struct run *run);

/* run_transactions.c */
/* Steps from run->done on, one transaction or several; run->done tells how far it came. With retries. */
PGTEND_CHECK bool run_transactions(struct run *run, struct err *err);
/* How the history's count of rows changes with this step. */
int64_t run_rows_after(const struct run *run, const struct plan_step *step, int64_t rows);
/* Worth another try: pauses. false: it is not, or there were enough. */
bool run_may_try_again(struct run *run, int *tries, const char *name, struct err *err);
char *run_history_sql(struct run *run, const struct plan_step *step);

/* run_message.c */
struct message_part {
	int step;
	size_t begin_chars, end_chars; /* of the message: where its text lies */
	int answers;                   /* statements of ours between the mark before and its text */
};
struct message {
	struct text sql;
	size_t chars;
	int answers;
	struct message_part *parts;
	int count;
	bool is_lazy; /* its last commit does not wait for the disk */
};
/* The steps from `from` on that may go together: whole transactions, or a piece of one. *message is empty before. */
void run_message_fill(struct run *run, int from, struct message *message);
void run_message_done(struct message *message);
/* How many of its parts ended, by the answers; *answers: how many statements that are. */
int run_message_ended(const struct message *message, struct result *result, int *answers);
bool run_message_is_mark(struct result *result, int answer);
/* The part of which the error speaks. */
const struct message_part *run_message_failed(const struct message *message, const struct result *result, int ended);

/* run_settle.c */
/* The answer is lost, or the task was cancelled: sets run->done by what the history says of the steps up to `end`. err holds why we ask.
 * true: all up to `end` are committed and the run can go on. */
PGTEND_CHECK bool run_look_up(struct run *run, int end, struct err *err);
/* Where the session was lost: a new one, which holds the lock. Then nobody works there any more; the history is read again. */
PGTEND_CHECK bool run_come_back(struct run *run, struct err *err);
/* Of a transaction that has ended, by its number. */
PGTEND_CHECK bool run_fate(struct run *run, const char *xid, bool *is_committed, struct err *err);
bool run_is_unsettled(const struct result *result, const struct err *err);
/* What is to be said of a step once it is committed and durable. */
void run_tell(struct run *run, const char *format, ...) PGTEND_PRINTF(2, 3);
void run_forget_told(struct run *run); /* of steps that were rolled back */
/* The steps up to `end` are committed. is_lazy: that did not wait for the disk. */
void run_committed(struct run *run, int end, bool is_lazy);
/* Waits until what is committed is on the disk, then says it. Errors are logged. */
void run_flush(struct run *run);
/* Makes the transaction in which it stands wait for the disk, and the session no longer hasty, where it commits. */
const char *run_wait_sql(const struct run *run);

/* run_watched.c */
/* The step *at message by message: nobody could tell whether its text leaves our transaction alone, or somebody looks at it. */
PGTEND_CHECK bool run_watched(struct run *run, int *at, struct err *err);

/* run_statements.c */
/* The step run->done, statement by statement outside a transaction, from where it stopped before; then its history row. */
PGTEND_CHECK bool run_statements(struct run *run, struct err *err);

/* run_psql.c */
/* The step run->done, by psql. */
PGTEND_CHECK bool run_psql(struct run *run, struct err *err);

/* run_progress.c */
struct progress {
	bool is_there;
	char *checksum;    /* of the file then */
	int done;          /* statements that ended well */
	int begun;         /* more than `done`: nobody wrote down how those ended */
	char xid[24];      /* of the transaction that takes them all; "": none */
	char *path;        /* of pgtend's own file; NULL: it stands in the database */
};
PGTEND_CHECK bool run_progress_read(struct run *run, const struct plan_step *step, struct progress *progress, struct err *err);
/* So many statements have ended, so many (the same, or one more; where xid is given, any) have begun. */
PGTEND_CHECK bool run_progress_write(struct run *run, const struct plan_step *step, const struct progress *progress, int begun,
    int done, const char *xid, struct err *err);
/* is_over: the history has it now, nothing is to be remembered. */
void run_progress_done(struct progress *progress, bool is_over);

/* run_statement.c, run_resume.c */
struct work {
	struct run *run;
	const struct plan_step *step;
	struct progress progress;
	int number;        /* of the statement, from 0 */
	int stays;         /* so many have run and are committed */
	char *statement;
	bool is_again;     /* it was begun before */
	bool is_unsettled; /* and nobody saw its end */
};
/* The statement work->statement, with its retries. */
PGTEND_CHECK bool run_statement(struct work *work, struct err *err);
/* Where to go on; ERR_DRIFT: the file is another one now. */
PGTEND_CHECK bool run_resume(struct work *work, struct err *err);
/* What the statements before that one set in their session, this one gets too. */
PGTEND_CHECK bool run_resume_settings(struct work *work, struct err *err);

/* run_index.c */
/* Before a CREATE INDEX CONCURRENTLY: its index, left INVALID by one that failed, is dropped. is_again: it was begun before; *is_there: one of
 * its name stands on its table and is good. Other statements: nothing. */
PGTEND_CHECK bool run_index_prepare(struct run *run, const char *statement, bool is_again, bool *is_there, struct err *err);
/* A CREATE INDEX CONCURRENTLY that failed: did it leave an INVALID one? */
PGTEND_CHECK bool run_index_is_left(struct run *run, const char *statement, bool *is_left, struct err *err);
/* Names of all that are INVALID. */
PGTEND_CHECK bool run_index_look(struct run *run, struct words *invalid, struct err *err);
/* Says which are INVALID now that were not before, and what to do. */
void run_index_tell(struct run *run, const struct words *before);

/* run_error.c */
/* The server's error as "FILE:LINE:COL: message", with the line and a caret in the report's log. head_chars:
 * characters of the message before the file's text; head_answers: statements. */
void run_word_error(struct run *run, const struct plan_step *step, const struct result *result, int head_chars,
    int head_answers, struct err *err);
/* The line of a text and a caret under the byte, into the log. */
void run_log_line(struct run *run, const char *sql, size_t offset);
/* What to do about the errors that migrations know, by their SQLSTATE. */
void run_hint(struct run *run, const struct plan_step *step, struct err *err);
/* The same as run_word_error(), and what to do about the errors that migrations know. Always false. */
bool run_fail(struct run *run, const struct plan_step *step, const struct result *result, int head_chars, int head_answers,
    struct err *err);
/* A NOTICE or WARNING into the log; of: the migration; NULL: it is clear. */
void run_log_notice(struct run *run, const char *of, const char *notice);
void run_log_notices(struct run *run, const char *of, const struct result *result);

#endif
