/* The parts of one run of `migrate up` or `migrate down`: run.c leads, run_lock.c excludes others, run_file.c runs one
 * file,
 * run_error.c words what went wrong. All in a task. */
#ifndef PGTEND_MIGRATE_RUN_INTERNAL_H
#define PGTEND_MIGRATE_RUN_INTERNAL_H

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
	int64_t lock_key, other_lock_key; /* the other is 0 where the tool has one alone */
	int backend_pid;     /* of the session: what to look for when it is lost */
	int lock_timeout_ms; /* 0: waits for ever */
	int64_t statement_timeout_ms;
	struct plan plan;
	int done; /* steps of the plan that are committed */
	int64_t history_rows; /* how many the history must have: in a pool of one each transaction looks */
};

const struct migration_file *run_file(const struct run *run, const struct plan_step *step);

/* run_session.c */
/* Opens the action's session, at the direct address when there is one; refuses what a pooler would break. */
PGTEND_CHECK bool run_open(struct run *run, struct err *err);
/* After a loss: a new session to the same place, tried for `seconds`. */
PGTEND_CHECK bool run_reopen(struct run *run, int seconds, struct err *err);
/* Sends the message as it is, also behind a pooler. *result may be set on false; free it in either case. */
PGTEND_CHECK bool run_ask(struct run *run, const char *sql, struct result **result, struct err *err);
/* Ends a transaction that is open, also when the task was cancelled. */
void run_roll_back(struct run *run);
/* BEGIN; [the pool's guard;] timeouts; the dialect's settings. *answers: how many statements that are. Caller frees. */
char *run_head(struct run *run, bool wants_guard, int *answers);

/* run_lock.c */
/* Takes the tool's own advisory lock for the session; nothing behind a pool. ERR_LOCKED says who holds it. */
PGTEND_CHECK bool run_lock(struct run *run, struct err *err);
void run_unlock(struct run *run);
/* ERR_LOCKED in words, with the holder as far as the server tells. */
bool run_say_locked(struct run *run, struct err *err);
/* How many rows the history table itself has. */
int64_t run_table_rows(const struct run *run);
/* In a pool of one, and where the tool takes no lock: a DO statement that fails with SQLSTATE PTLCK or PTHIS. Caller frees. */
char *run_guard_sql(struct run *run);

/* run_file.c */
/* One file in its own transaction with its history row. On false nothing of it is committed, unless err says otherwise
 * (ERR_PARTIAL). */
PGTEND_CHECK bool run_step(struct run *run, const struct plan_step *step, struct err *err);

/* run_error.c */
/* The server's error as "FILE:LINE:COL: message", with the line and a caret in the report's log. head_chars:
 * characters of the message before the file's text; head_answers: statements. */
void run_word_error(struct run *run, const struct plan_step *step, const struct result *result, int head_chars,
    int head_answers, struct err *err);
/* NOTICEs and WARNINGs of an answer into the log. */
void run_log_notices(struct run *run, const struct result *result);

#endif
