/* One migration in its own transaction, its history row in it. See run_internal.h. */
#include <stdio.h>
#include <string.h>

#include "pgtend/core/mem.h"
#include "pgtend/core/units.h"
#include "pgtend/loop/task.h"
#include "pgtend/sql_embedded.h"
#include "run_internal.h"

enum { TRIES_MAX = 5, FIRST_PAUSE_MS = 500, SETTLE_S = 30, LOCK_AGAIN_S = 30 };

static int count_characters(const char *s)
{
	int count = 0;
	for (; *s; s++)
		count += ((unsigned char)*s & 0xC0) != 0x80;
	return count;
}

static char *history_statement(struct run *run, const struct plan_step *step)
{
	const struct dialect_run *how = run->dialect->run;
	return (step->is_up ? how->record_sql : how->forget_sql)(&run->ledger, run_file(run, step), run->session);
}

/* --- what became of it? ------------------------------------------------------------------------------------ */

/* The server may not know that the client of our old session is gone: it keeps session and lock. As long as it works
 * there we wait; once it only
 * waits for us, what it did is decided, and it is ended. */
static void end_lost_backend(struct run *run, int pid)
{
	struct result *result = NULL;
	struct err ignored = {0};
	char number[16];
	const char *params[] = {number};
	snprintf(number, sizeof number, "%d", pid);
	bool is_waiting = session_query_wait(run->session, sql_migrate_lost_backend, params, 1, 5000, &result, &ignored) &&
	                  result_rows(result) == 1 && result_bool(result, 0, result_column(result, "is_waiting"));
	result_free(result);
	result = NULL;
	if (is_waiting &&
	    session_queryf_wait(run->session, 5000, &result, &ignored, "SELECT pg_catalog.pg_terminate_backend(%d)", pid) &&
	    result_bool(result, 0, 0))
		report_log(run->report, "our lost session (pid %d) still held the lock: ended it", pid);
	result_free(result);
}

/* In a pool of one the transaction itself held the lock: free means that it has ended. */
static bool is_lock_free(struct run *run, struct err *err)
{
	struct result *result = NULL;
	bool is_asked = session_queryf_wait(run->session, 15000, &result, err,
	    "SELECT pg_catalog.pg_try_advisory_xact_lock(%lld)", (long long)run->lock_key);
	bool is_free = is_asked && result_bool(result, 0, 0);
	result_free(result);
	return is_free || (is_asked && run_say_locked(run, err));
}

static bool lock_again(struct run *run, int lost_pid, struct err *err)
{
	int64_t end = loop_now_ms(run->fleet->loop) + LOCK_AGAIN_S * 1000;
	while (!(run->is_pooled ? is_lock_free : run_lock)(run, err)) {
		if (err->kind != ERR_LOCKED || loop_now_ms(run->fleet->loop) >= end)
			return false;
		if (lost_pid > 0)
			end_lost_backend(run, lost_pid);
		task_sleep(250);
	}
	return true;
}

/* Cancelled, or the connection was lost, perhaps between COMMIT and its answer: the history decides. The lock says when
 * the backend that ran it is gone. err holds why we ask; true: it is committed. */
static bool look_up(struct run *run, const struct plan_step *step, struct err *err)
{
	struct err why = *err, trouble = {0};
	bool is_lost = session_state(run->session) != SESSION_READY;
	task_shield();
	run_roll_back(run);
	bool is_known = (!is_lost || run_reopen(run, SETTLE_S, &trouble)) &&
	                lock_again(run, is_lost ? run->backend_pid : 0, &trouble) &&
	                ledger_read_history(&run->ledger, run->session, &trouble);
	task_unshield();
	const char *name = run_file(run, step)->name;
	if (!is_known) {
		err_set(
		    err, ERR_PARTIAL, "%s: %s; whether it was committed cannot be looked up: %s", name, why.text, trouble.text);
		return err_hint(err, "when the server is back, `pgtend migrate status %s` tells", run->database->name);
	}
	run->backend_pid = session_backend_pid(run->session);
	run->history_rows = run_table_rows(run);
	if ((run_file(run, step)->row >= 0) == step->is_up) {
		report_log(
		    run->report, "%s: %s; the history, looked up on a new session, has it: it is committed", name, why.text);
		return true;
	}
	*err = why;
	if (why.kind != ERR_CANCELLED)
		err_set(err, why.kind, "%s: %s; looked up on a new session: nothing of it is committed", name, why.text);
	return false;
}

/* The text may have ended our transaction: what became of it, by its number. err: words for the user. */
static bool explain_lost_transaction(struct run *run, const struct plan_step *step, const char *xid, struct err *err)
{
	struct result *result = NULL;
	struct err trouble = {0};
	bool is_asked =
	    session_queryf_wait(run->session, 15000, &result, &trouble, "SELECT pg_catalog.txid_status(%s)", xid);
	const char *fate = is_asked ? result_text(result, 0, 0) : NULL;
	if (fate && strcmp(fate, "committed") == 0) {
		err_set(err, ERR_PARTIAL,
		    "%s ends the transaction itself: what stands before its COMMIT is committed, the rest is not, and the "
		    "history does not have it",
		    step->path);
		err_hint(
		    err, "take BEGIN and COMMIT out of the file, and what is committed out of the database or out of the file");
	} else if (err->kind == ERR_NONE) {
		err_set(err, ERR_FAILED, "%s ends the transaction itself: it was rolled back, nothing of it is committed",
		    step->path);
		err_hint(err, "take ROLLBACK out of the file: a migration runs in one transaction with its history row");
	}
	result_free(result);
	return false;
}

/* --- one attempt -------------------------------------------------------------------------------------------- */

static bool is_unsettled(const struct result *result, const struct err *err)
{
	return err->kind == ERR_UNREACHABLE || err->kind == ERR_CANCELLED ||
	       (err->kind == ERR_TIMEOUT && !(result && result_error(result)));
}

/* What the guard of a pool of one says; false: it was something else. */
static bool explain_guard(struct run *run, struct err *err)
{
	if (strcmp(err->sqlstate, "PTLCK") == 0) {
		run_say_locked(run, err);
		return true;
	}
	if (strcmp(err->sqlstate, "PTHIS") != 0)
		return false;
	err_set(err, ERR_LOCKED, "another migration ran on %s meanwhile", run->database->name);
	err_hint(err, "`pgtend migrate status %s` shows what it did", run->database->name);
	return true;
}

static bool fail(struct run *run, const struct plan_step *step, const struct result *result, int head_chars,
    int head_answers, struct err *err)
{
	if (explain_guard(run, err))
		return false;
	run_word_error(run, step, result, head_chars, head_answers, err);
	if (strcmp(err->sqlstate, "25001") == 0)
		err_hint(err,
		    "%s runs every .sql file in a transaction, and so does pgtend: use the form without CONCURRENTLY, or run "
		    "this statement by hand and keep it out of the folder",
		    run->dialect->name);
	else if (strcmp(err->sqlstate, "55P03") == 0)
		err_hint(err, "somebody holds a lock on it: `pgtend activity %s` shows who; lock_timeout is %d ms",
		    run->database->name, run->lock_timeout_ms);
	return false;
}

/* Text, row and COMMIT as one message. */
static bool run_at_once(struct run *run, const struct plan_step *step, struct err *err)
{
	int head_answers;
	char *head = run_head(run, true, &head_answers), *history = history_statement(run, step);
	struct text message = {0};
	struct result *result = NULL;
	text_add(&message, head);
	text_add(&message, step->text.sql);
	text_addf(&message, "\n;\n%s;\nCOMMIT", history);
	bool is_done = run_ask(run, text_str(&message), &result, err);
	run_log_notices(run, result);
	if (!is_done && is_unsettled(result, err))
		is_done = look_up(run, step, err);
	else if (!is_done) {
		run_roll_back(run);
		fail(run, step, result, count_characters(head), head_answers, err);
	}
	result_free(result);
	text_done(&message);
	mem_free(head);
	mem_free(history);
	return is_done;
}

static bool begin_watched(struct run *run, char **xid, struct err *err)
{
	int answers;
	char *head = run_head(run, true, &answers);
	struct text message = {0};
	struct result *result = NULL;
	text_addf(&message, "%sSELECT pg_catalog.txid_current()", head);
	bool is_done = run_ask(run, text_str(&message), &result, err);
	*xid = is_done ? mem_copy(result_text(result, 0, 0)) : NULL;
	result_free(result);
	text_done(&message);
	mem_free(head);
	return is_done;
}

static bool is_same_transaction(struct run *run, const char *xid)
{
	struct result *result = NULL;
	struct err trouble = {0};
	bool is_same = session_state(run->session) == SESSION_READY && session_in_transaction(run->session) &&
	               run_ask(run, "SELECT pg_catalog.txid_current_if_assigned()", &result, &trouble) &&
	               result_text(result, 0, 0) && strcmp(result_text(result, 0, 0), xid) == 0;
	result_free(result);
	return is_same;
}

static bool say_ran(struct run *run, const struct plan_step *step, struct err *err)
{
	const struct migrate_watch *watch = run->options->watch;
	if (!watch || watch->ran(run->session, step, watch->arg, err))
		return true;
	run_roll_back(run);
	return false;
}

/* A text that the parser here could not split, or that somebody looks at: message by message, looking whether our transaction is still the same. */
static bool run_watched(struct run *run, const struct plan_step *step, struct err *err)
{
	char *xid = NULL;
	struct result *result = NULL;
	if (!begin_watched(run, &xid, err)) {
		run_roll_back(run);
		explain_guard(run, err);
		return false;
	}
	bool is_done = run_ask(run, step->text.sql, &result, err);
	run_log_notices(run, result);
	if (!is_done && is_unsettled(result, err)) {
		is_done = look_up(run, step, err);
	} else if (!is_done) {
		run_roll_back(run);
		fail(run, step, result, 0, 0, err);
		explain_lost_transaction(run, step, xid, err);
	} else if (!is_same_transaction(run, xid)) {
		run_roll_back(run);
		is_done = explain_lost_transaction(run, step, xid, err);
	} else if (!say_ran(run, step, err)) {
		is_done = false;
	} else {
		char *history = history_statement(run, step), *last = mem_format("%s;\nCOMMIT", history);
		result_free(result);
		result = NULL;
		is_done = run_ask(run, last, &result, err);
		if (!is_done && is_unsettled(result, err)) {
			is_done = look_up(run, step, err);
		} else if (!is_done) {
			run_roll_back(run);
			fail(run, step, result, 0, 0, err);
		}
		mem_free(history);
		mem_free(last);
	}
	result_free(result);
	mem_free(xid);
	return is_done;
}

/* --- with its retries --------------------------------------------------------------------------------------- */

static bool is_worth_another_try(const struct err *err)
{
	return strcmp(err->sqlstate, "55P03") == 0 || strcmp(err->sqlstate, "40P01") == 0 ||
	       strcmp(err->sqlstate, "40001") == 0;
}

static int rows_of(const struct run *run, const struct plan_step *step)
{
	int count = 0;
	for (int i = 0; i < run->ledger.row_count; i++)
		count += run->ledger.rows[i].file == step->file;
	return count;
}

bool run_step(struct run *run, const struct plan_step *step, struct err *err)
{
	int64_t started_us = units_now_us();
	int pause_ms = FIRST_PAUSE_MS;
	char took[UNITS_SIZE];
	const struct migrate_watch *watch = run->options->watch;
	for (int try = 1;; try++) {
		err_clear(err);
		if (watch && !watch->began(run->session, step, watch->arg, err))
			return false;
		if (step->is_watched || watch ? run_watched(run, step, err) : run_at_once(run, step, err))
			break;
		if (!is_worth_another_try(err) || err->kind == ERR_PARTIAL || try == TRIES_MAX)
			return false;
		report_log(run->report, "%s: rolled back, try %d of %d in %s", run_file(run, step)->name, try + 1, TRIES_MAX,
		    units_ms(took, pause_ms));
		task_sleep(pause_ms);
		if (task_is_cancelled())
			return err_set(err, ERR_CANCELLED, "cancelled while waiting for a lock");
		pause_ms *= 2;
	}
	if (run->dialect->run->has_one_row)
		run->history_rows = step->is_up || step->file > 0;
	else
		run->history_rows += step->is_up ? 1 : -rows_of(run, step);
	if (watch)
		watch->ended(run->session, step, watch->arg);
	report_log(run->report, "%s %s in %s", step->is_up ? "applied" : "took back", run_file(run, step)->name,
	    units_ms(took, (double)(units_now_us() - started_us) / 1000.0));
	return true;
}
