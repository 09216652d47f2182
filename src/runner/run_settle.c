/* What is committed, what of it is safe on the disk, and what became of a message whose answer was lost. See run_internal.h. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "pgtend/core/mem.h"
#include "pgtend/loop/task.h"
#include "pgtend/sql_embedded.h"
#include "run_internal.h"

enum { SETTLE_S = 30, LOCK_AGAIN_S = 30 };

/* --- telling ------------------------------------------------------------------------------------------------ */

void run_tell(struct run *run, const char *format, ...)
{
	struct text line = {0};
	va_list args;
	va_start(args, format);
	text_vaddf(&line, format, args);
	va_end(args);
	words_take(&run->untold, text_take(&line));
}

void run_forget_told(struct run *run)
{
	while (run->untold.count > run->sure)
		mem_free(run->untold.v[--run->untold.count]);
}

static void say_untold(struct run *run)
{
	for (size_t i = 0; i < run->sure; i++)
		report_log(run->report, "%s", run->untold.v[i]);
	struct words later = {0};
	for (size_t i = run->sure; i < run->untold.count; i++)
		words_add(&later, run->untold.v[i]);
	words_done(&run->untold);
	run->untold = later;
	run->sure = 0;
}

static void set_durable(struct run *run)
{
	run->durable = run->done;
	run->durable_ms = loop_now_ms(run->fleet->loop);
	say_untold(run);
}

void run_committed(struct run *run, int end, bool is_lazy)
{
	for (int i = run->done; i < end; i++)
		run->history_rows = run_rows_after(run, &run->plan.steps[i], run->history_rows);
	run->done = end;
	run->sure = run->untold.count;
	run->xid[0] = 0;
	if (!is_lazy)
		set_durable(run);
}

/* A database whose owner turned it off is no reason to say what is not so. */
const char *run_wait_sql(const struct run *run)
{
	return run->is_pooled ? "SELECT pg_catalog.set_config('synchronous_commit', 'on', true) WHERE "
	                        "pg_catalog.current_setting('synchronous_commit') = 'off';"
	                      : "RESET synchronous_commit;SELECT pg_catalog.set_config('synchronous_commit', 'on', true) WHERE "
	                        "pg_catalog.current_setting('synchronous_commit') = 'off';";
}

/* A commit that waits for the disk takes all before it along, but only one that has written something. */
void run_flush(struct run *run)
{
	static const char *const ways[] = {
	    "SELECT pg_catalog.pg_logical_emit_message(true, 'pgtend', '')", "CREATE TEMPORARY TABLE pgtend_flush() ON COMMIT DROP"};
	bool is_done = run->durable == run->done;
	task_shield();
	for (size_t i = 0; !is_done && session_state(run->session) == SESSION_READY && i < sizeof ways / sizeof ways[0]; i++) {
		struct result *result = NULL;
		struct err ignored = {0};
		char *sql = mem_format("BEGIN;%s%s;COMMIT", run_wait_sql(run), ways[i]);
		is_done = run_ask(run, sql, &result, &ignored);
		mem_free(sql);
		if (!is_done)
			run_roll_back(run);
		result_free(result);
	}
	task_unshield();
	if (!is_done)
		report_log(run->report, "the last %d are committed, but whether they are on the server's disk already is not known",
		    run->done - run->durable);
	set_durable(run);
}

/* --- what became of it? ------------------------------------------------------------------------------------ */

bool run_is_unsettled(const struct result *result, const struct err *err)
{
	return err->kind == ERR_UNREACHABLE || err->kind == ERR_CANCELLED ||
	       (err->kind == ERR_TIMEOUT && !(result && result_error(result)));
}

/* The server may not know that the client of our old session is gone: it keeps session and lock. As long as it works
 * there we wait; once it only waits for us, what it did is decided, and it is ended. */
static void end_lost_backend(struct run *run, int pid)
{
	struct result *result = NULL;
	struct err ignored = {0};
	char number[16];
	const char *params[] = {number};
	snprintf(number, sizeof number, "%d", pid);
	bool is_waiting = session_query_wait(run->session, sql_runner_lost_backend, params, 1, 5000, &result, &ignored) &&
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

/* The session that is ready, the lock that is ours: then nobody works there any more, and the history tells. */
bool run_come_back(struct run *run, struct err *err)
{
	bool is_lost = session_state(run->session) != SESSION_READY;
	task_shield();
	run_roll_back(run);
	bool is_back = (!is_lost || run_reopen(run, SETTLE_S, err)) && lock_again(run, is_lost ? run->backend_pid : 0, err) &&
	               ledger_read_history(&run->ledger, run->session, err);
	task_unshield();
	if (is_back)
		run->backend_pid = session_backend_pid(run->session);
	return is_back;
}

bool run_fate(struct run *run, const char *xid, bool *is_committed, struct err *err)
{
	struct result *result = NULL;
	bool is_asked = session_queryf_wait(run->session, 15000, &result, err, "SELECT pg_catalog.txid_status(%s)", xid);
	const char *fate = is_asked ? result_text(result, 0, 0) : NULL;
	*is_committed = fate && strcmp(fate, "committed") == 0;
	result_free(result);
	return is_asked;
}

static int end_by_history(const struct run *run, int end)
{
	int i = run->durable;
	/* golang-migrate's mark names the version before it is there. */
	const struct ledger *ledger = &run->ledger;
	const struct migration_row *last = ledger->row_count ? &ledger->rows[ledger->row_count - 1] : NULL;
	if (last && last->note && text_starts_with(last->note, "dirty"))
		return i;
	while (i < end && (run_file(run, &run->plan.steps[i])->row >= 0) == run->plan.steps[i].is_up)
		i++;
	return i;
}

static bool find_out(struct run *run, int end, struct err *err)
{
	bool is_there = true;
	char xid[sizeof run->xid];
	memcpy(xid, run->xid, sizeof xid);
	if (!run_come_back(run, err) || (xid[0] && !run_fate(run, xid, &is_there, err)))
		return false;
	int before = run->done, now = xid[0] && is_there ? end : end_by_history(run, xid[0] ? before : end);
	/* What was to be said of it once it is committed: it is told anew, as far as it is. */
	run_forget_told(run);
	if (now < before) {
		/* The server itself went down before they were on its disk; it lost the end, never a piece of the middle. */
		report_log(run->report, "the server lost the last %d that it had committed: they are pending again", before - now);
		words_done(&run->untold);
		run->sure = 0;
		before = run->durable;
	}
	for (int i = before; i < now; i++)
		run_tell(run, "%s %s", run->plan.steps[i].is_up ? "applied" : "took back",
		    run_file(run, &run->plan.steps[i])->name);
	run->done = now;
	run->sure = run->untold.count;
	run->history_rows = run_table_rows(run);
	return true;
}

bool run_look_up(struct run *run, int end, struct err *err)
{
	struct err why = *err, trouble = {0};
	int first = run->done;
	const char *name = run_file(run, &run->plan.steps[first])->name;
	if (!find_out(run, end, &trouble)) {
		if (strcmp(trouble.sqlstate, "3D000") == 0) {
			err_set(err, ERR_FAILED, "%s: the database %s was dropped while migrations ran", name, run->database->dbname);
			return err_hint(err, "make it again: pgtend create %s", run->database->name);
		}
		err_set(
		    err, ERR_PARTIAL, "%s: %s; whether it was committed cannot be looked up: %s", name, why.text, trouble.text);
		return err_hint(err, "when the server is back, `pgtend migrate status %s` tells", run->database->name);
	}
	if (run->done == end) {
		report_log(run->report, "%s: %s; the history, looked up on a new session, has %s: %s committed", name, why.text,
		    end - first > 1 ? "all" : "it", end - first > 1 ? "they are" : "it is");
		return true;
	}
	name = run_file(run, &run->plan.steps[run->done])->name;
	*err = why;
	if (why.kind != ERR_CANCELLED)
		err_set(err, why.kind, "%s: %s; looked up on a new session: nothing of it is committed", name, why.text);
	return false;
}
