/* A file that cannot run in a transaction: its statements one by one, each written down, so that the next run goes on after the last that is
 * known done. See run_internal.h. */
#include <string.h>

#include "pgtend/core/mem.h"
#include "pgtend/core/units.h"
#include "pgtend/loop/task.h"
#include "run_internal.h"

/* golang-migrate marks its history before; a failure that is known takes the mark away, because pgtend goes on where it stopped. */
static bool mark_history(struct work *work, bool is_begin, struct err *err)
{
	struct run *run = work->run;
	const struct dialect_run *how = run->dialect->run;
	const struct plan_step *step = work->step;
	const struct migration_file *file = run_file(run, step);
	int answers;
	if (!how->begin_sql)
		return true;
	char *mark = is_begin ? how->begin_sql(&run->ledger, file, step->is_up, run->session)
	                      : (step->is_up ? how->forget_sql : how->record_sql)(&run->ledger, file, run->session);
	/* Whose mark that is must be known, also when nothing behind it comes to be. */
	bool is_first = is_begin && work->number == 0 && !work->is_unsettled;
	char *own = is_first ? metadata_progress_sql(&run->metadata, &run->ledger, step, -1, true, run->session) : NULL;
	char *head = run_head(run, NULL, run->history_rows, &answers),
	     *sql = mem_format("%s%s;\n%s%sCOMMIT", head, mark, own ? own : "", own ? ";\n" : "");
	struct result *result = NULL;
	bool is_done = run_ask(run, sql, &result, err);
	if (!is_done)
		run_roll_back(run);
	result_free(result);
	mem_free(own);
	mem_free(sql);
	mem_free(head);
	mem_free(mark);
	return is_done;
}

static bool run_rest(struct work *work, struct err *err)
{
	struct run *run = work->run;
	const struct plan_step *step = work->step;
	for (; work->number < step->cuts.count; work->number++) {
		const struct parse_statement *cut = &step->cuts.statements[work->number];
		if (task_is_cancelled())
			return err_set(err, ERR_CANCELLED, "cancelled before statement %d of %s", work->number + 1, step->path);
		report_step(run->report, "%s: statement %d of %d", run_file(run, step)->name, work->number + 1, step->cuts.count);
		work->statement = mem_copy_n(step->text.sql + cut->begin, cut->end - cut->begin);
		bool is_done = run_statement(work, err);
		mem_free(work->statement);
		work->statement = NULL;
		if (!is_done)
			return false;
		work->is_again = work->is_unsettled = false;
	}
	if (!session_in_transaction(run->session))
		return true;
	return err_set(err, ERR_FAILED, "%s: its own BEGIN has no COMMIT: what stands behind it is rolled back", step->path);
}

static bool write_row(struct work *work, struct err *err)
{
	struct run *run = work->run;
	int answers;
	char *head = run_head(run, NULL, run->history_rows, &answers), *history = run_history_sql(run, work->step);
	char *sql = mem_format("%s%s;\nCOMMIT", head, history);
	struct result *result = NULL;
	bool is_done = run_ask(run, sql, &result, err);
	if (!is_done && run_is_unsettled(result, err)) {
		is_done = run_look_up(run, run->done + 1, err);
	} else if (is_done) {
		run_committed(run, run->done + 1, false);
	} else {
		run_roll_back(run);
		if (!run_explain_guard(run, err))
			err_prefix(err, "%s ran, writing it down failed", run_file(run, work->step)->name);
	}
	result_free(result);
	mem_free(sql);
	mem_free(history);
	mem_free(head);
	return is_done;
}

static void say_stopped(struct work *work, struct err *err)
{
	struct run *run = work->run;
	run_roll_back(run);
	if (session_state(run->session) == SESSION_READY) {
		struct err ignored = {0};
		(void)mark_history(work, false, &ignored);
	}
	/* Those of a transaction of its own that did not come to its COMMIT do not. */
	if (work->stays == 0)
		return;
	report_log(run->report, "%s: statements 1 to %d of %d have run and stay; `pgtend %s %s` goes on behind them",
	    run_file(run, work->step)->name, work->stays, work->step->cuts.count, run->verb, run->database->name);
	if (err->kind != ERR_CANCELLED)
		err->kind = ERR_PARTIAL;
	if (!err->hint[0])
		err_hint(err, "what ran of it stays; `pgtend migrate repair %s` shows the possible next steps", run->database->name);
}

bool run_statements(struct run *run, struct err *err)
{
	struct work work = {.run = run, .step = &run->plan.steps[run->done]};
	const struct migrate_watch *watch = run->options->watch;
	const char *name = run_file(run, work.step)->name;
	int64_t started_us = units_now_us();
	char took[UNITS_SIZE];
	struct words invalid = {0};
	report_progress(run->report, run->done, run->plan.count, "files");
	/* What committed before must not be lost when what follows cannot be taken back. */
	run_flush(run);
	if (watch && !watch->began(run->session, work.step, watch->arg, err))
		return false;
	bool is_begun = run_set(run, err) && run_index_look(run, &invalid, err) && run_resume(&work, err) && mark_history(&work, true, err) &&
	                run_resume_settings(&work, err);
	bool is_done = is_begun && run_rest(&work, err);
	/* The file may have set what it liked. */
	run->has_settings = false;
	if (is_begun && !is_done)
		say_stopped(&work, err);
	is_done = is_done && (!watch || watch->ran(run->session, work.step, watch->arg, err));
	if (is_done) {
		run_tell(run, "%s %s in %s", work.step->is_up ? "applied" : "took back", name,
		    units_ms(took, (double)(units_now_us() - started_us) / 1000.0));
		is_done = write_row(&work, err);
	}
	if (is_begun)
		run_index_tell(run, &invalid);
	if (is_done && watch)
		watch->ended(run->session, work.step, watch->arg);
	run_progress_done(&work.progress, is_done);
	words_done(&invalid);
	return is_done;
}
