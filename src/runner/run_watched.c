/* One step message by message: where the parser could not say that its text leaves our transaction alone, or somebody looks at what it
 * did before it commits. See run_internal.h. */
#include <string.h>

#include "pgtend/core/mem.h"
#include "pgtend/core/units.h"
#include "run_internal.h"

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

/* Opens the step's transaction, unless it shares the one that is open. */
static bool begin(struct run *run, int i, struct err *err)
{
	if (!run_is_begin(run, i) && run->xid[0])
		return true;
	int answers;
	char *head = run_is_begin(run, i) ? run_head(run, &run->plan.steps[i], run->history_rows, &answers) : mem_copy("");
	char *sql = mem_format("%sSELECT pg_catalog.txid_current()", head);
	struct result *result = NULL;
	bool is_done = run_ask(run, sql, &result, err);
	const char *xid = is_done ? result_text(result, 0, 0) : NULL;
	if (xid) {
		memcpy(run->xid, xid, strnlen(xid, sizeof run->xid - 1) + 1);
	} else {
		run_roll_back(run);
		run_explain_guard(run, err);
	}
	result_free(result);
	mem_free(sql);
	mem_free(head);
	return is_done;
}

static bool is_same_transaction(struct run *run)
{
	struct result *result = NULL;
	struct err trouble = {0};
	bool is_same = session_state(run->session) == SESSION_READY && session_in_transaction(run->session) &&
	               run_ask(run, "SELECT pg_catalog.txid_current_if_assigned()", &result, &trouble) &&
	               result_text(result, 0, 0) && strcmp(result_text(result, 0, 0), run->xid) == 0;
	result_free(result);
	return is_same;
}

static bool fail(struct run *run, int i, const struct result *result, bool is_text, struct err *err)
{
	const struct plan_step *step = &run->plan.steps[i];
	if (run_is_unsettled(result, err))
		return run_look_up(run, i + 1, err);
	run_roll_back(run);
	run_fail(run, step, result, 0, 0, err);
	return is_text && step->is_watched ? explain_lost_transaction(run, step, run->xid, err) : false;
}

static bool run_text(struct run *run, int i, struct err *err)
{
	const struct plan_step *step = &run->plan.steps[i];
	const struct migrate_watch *watch = run->options->watch;
	struct result *result = NULL;
	bool is_done = run_ask(run, step->text.sql, &result, err);
	run_log_notices(run, NULL, result);
	if (!is_done) {
		is_done = fail(run, i, result, true, err);
	} else if (step->is_watched && !is_same_transaction(run)) {
		run_roll_back(run);
		is_done = explain_lost_transaction(run, step, run->xid, err);
	} else if (!run_keep_lock(run, step->text.sql, err) || (watch && !watch->ran(run->session, step, watch->arg, err))) {
		run_roll_back(run);
		is_done = false;
	}
	result_free(result);
	return is_done;
}

static bool write_row(struct run *run, int i, struct err *err)
{
	char *history = run_history_sql(run, &run->plan.steps[i]);
	bool is_end = run_is_end(run, i);
	char *sql = mem_format("%s;\n%s%s", history, is_end ? run_wait_sql(run) : "", is_end ? "COMMIT" : "");
	struct result *result = NULL;
	bool is_done = run_ask(run, sql, &result, err) || fail(run, i, result, false, err);
	result_free(result);
	mem_free(sql);
	mem_free(history);
	return is_done;
}

bool run_watched(struct run *run, int *at, struct err *err)
{
	int i = *at;
	const struct plan_step *step = &run->plan.steps[i];
	const struct migrate_watch *watch = run->options->watch;
	int64_t started_us = units_now_us();
	char took[UNITS_SIZE];
	if ((watch && !watch->began(run->session, step, watch->arg, err)) || !begin(run, i, err))
		return false;
	run->has_settings = run->is_hasty = run->metadata.is_prepared = false;
	int before = run->done;
	bool is_done = run_text(run, i, err);
	/* Found committed after all, by looking it up. */
	bool is_over = run->done > before;
	if (is_done && !is_over)
		is_done = write_row(run, i, err);
	is_over = run->done > before;
	*at = is_done && !is_over ? i + 1 : run->done;
	if (!is_done)
		return false;
	if (!is_over) {
		run_tell(run, "%s %s in %s", step->is_up ? "applied" : "took back", run_file(run, step)->name,
		    units_ms(took, (double)(units_now_us() - started_us) / 1000.0));
		if (run_is_end(run, i))
			run_committed(run, i + 1, false);
	}
	if (watch)
		watch->ended(run->session, step, watch->arg);
	return true;
}
