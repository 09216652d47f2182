/* A file that cannot run in a transaction: its statements one by one, each written down, so that the next run goes on after the last that is
 * known done. What may run in a transaction does, together with its mark, and is never in doubt. See run_internal.h. */
#include <stdint.h>
#include <string.h>

#include "pgtend/core/mem.h"
#include "pgtend/core/units.h"
#include "pgtend/loop/task.h"
#include "pgtend/syntax/statements.h"
#include "run_internal.h"

struct work {
	struct run *run;
	const struct plan_step *step;
	struct progress progress;
	int number;      /* of the statement, from 0 */
	char *statement;
	bool is_again;   /* it was begun by a run that nobody saw the end of, or a moment ago */
};

static int count_characters(const char *s, size_t length)
{
	int count = 0;
	for (size_t i = 0; i < length; i++)
		count += ((unsigned char)s[i] & 0xC0) != 0x80;
	return count;
}

static bool ask(struct work *work, const char *sql, int head_chars, struct err *err)
{
	struct run *run = work->run;
	struct result *result = NULL;
	bool is_done = run_ask(run, sql, &result, err);
	run_log_notices(run, NULL, result);
	if (!is_done && !run_is_unsettled(result, err)) {
		/* Places count from the step's text, of which the statement is a piece. */
		size_t begin = work->step->cuts.statements[work->number].begin;
		int before = count_characters(work->step->text.sql, begin);
		run_fail(run, work->step, result, head_chars - before, result_count(result) - work->number, err);
	}
	result_free(result);
	return is_done;
}

/* --- one statement --------------------------------------------------------------------------------------------------- */

/* It may stand in a transaction with its mark: it is nothing that commits on its own, or could. */
static bool may_wrap(const struct work *work)
{
	static const char *const words[] = {"CREATE", "ALTER", "DROP", "INSERT", "UPDATE", "DELETE", "MERGE", "COMMENT", "GRANT",
	    "REVOKE", "TRUNCATE", "WITH", "SECURITY"};
	char word[48];
	const char *end = work->statement + strlen(work->statement);
	statements_outside_word(work->statement, end, session_server_version(work->run->session), word);
	if (word[0] || session_in_transaction(work->run->session))
		return false;
	parse_take_word(parse_skip_blank(work->statement, end), end, word);
	for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
		if (strcmp(word, words[i]) == 0)
			return true;
	return false;
}

static bool send(struct run *run, const char *sql, char **first, struct err *err)
{
	struct result *result = NULL;
	bool is_done = run_ask(run, sql, &result, err);
	if (first)
		*first = is_done && result_text(result, 0, 0) ? mem_copy(result_text(result, 0, 0)) : NULL;
	result_free(result);
	return is_done;
}

/* pgtend's table is in the same database: one message, and the mark is there exactly when the statement is. */
static bool run_with_mark(struct work *work, struct err *err)
{
	static const char head[] = "BEGIN;";
	struct run *run = work->run;
	char *mark = metadata_progress_sql(&run->metadata, &run->ledger, work->step, work->number, true, run->session);
	char *sql = mem_format("%s%s\n;\n%s;COMMIT", head, work->statement, mark);
	bool is_done = ask(work, sql, (int)strlen(head), err);
	if (!is_done)
		run_roll_back(run);
	mem_free(sql);
	mem_free(mark);
	return is_done;
}

/* The number of its transaction is written down before it commits: asked later, the server says what became of it. */
static bool run_with_number(struct work *work, struct err *err)
{
	static const char head[] = "BEGIN;";
	struct run *run = work->run;
	char *sql = mem_format("%s%s\n", head, work->statement), *xid = NULL;
	bool is_done = ask(work, sql, (int)strlen(head), err) && send(run, "SELECT pg_catalog.txid_current()", &xid, err) &&
	               run_progress_write(run, work->step, &work->progress, work->number, false, xid, err) &&
	               send(run, "COMMIT", NULL, err) &&
	               run_progress_write(run, work->step, &work->progress, work->number, true, NULL, err);
	if (!is_done)
		run_roll_back(run);
	mem_free(xid);
	mem_free(sql);
	return is_done;
}

/* Within a BEGIN of the file's own nothing is written down on the way: it would be rolled back, or say too much. */
static bool run_bare(struct work *work, struct err *err)
{
	struct run *run = work->run;
	bool is_inside = session_in_transaction(run->session);
	if (!is_inside && !run_progress_write(run, work->step, &work->progress, work->number, false, NULL, err))
		return false;
	if (!ask(work, work->statement, 0, err))
		return false;
	return session_in_transaction(run->session) ||
	       run_progress_write(run, work->step, &work->progress, work->number, true, NULL, err);
}

static bool run_statement(struct work *work, struct err *err)
{
	struct run *run = work->run;
	for (int tries = 1;;) {
		bool is_there = false, is_inside = session_in_transaction(run->session);
		err_clear(err);
		if (!is_inside && !run_index_prepare(run, work->statement, work->is_again, &is_there, err))
			return false;
		if (is_there) {
			report_log(run->report, "%s: statement %d had ended well", run_file(run, work->step)->name, work->number + 1);
			return run_progress_write(run, work->step, &work->progress, work->number, true, NULL, err);
		}
		if (!may_wrap(work) ? run_bare(work, err)
		                    : run->metadata.is_there ? run_with_mark(work, err) : run_with_number(work, err))
			return true;
		if (is_inside || session_state(run->session) != SESSION_READY ||
		    !run_may_try_again(run, &tries, run_file(run, work->step)->name, err))
			return false;
		work->is_again = true;
	}
}

/* --- from where it stopped ------------------------------------------------------------------------------------------- */

static bool is_committed(struct run *run, const char *xid)
{
	char *sql = mem_format("SELECT pg_catalog.txid_status(%s)", xid), *fate = NULL;
	struct err unknown = {0};
	bool is_it = send(run, sql, &fate, &unknown) && fate && strcmp(fate, "committed") == 0;
	mem_free(fate);
	mem_free(sql);
	return is_it;
}

static bool resume(struct work *work, struct err *err)
{
	struct run *run = work->run;
	const struct plan_step *step = work->step;
	struct progress *progress = &work->progress;
	if (!run_progress_read(run, step, progress, err))
		return false;
	if (!progress->is_there || (progress->done == 0 && !progress->is_unsettled))
		return true;
	bool is_same = progress->checksum && strcmp(progress->checksum, step->checksum) == 0;
	if (!is_same && progress->done == 0)
		return true;
	if (!is_same) {
		err_set(err, ERR_DRIFT, "%s was changed after %d of its statements had run: where to go on is not known", step->path,
		    progress->done);
		return err_hint(err, "bring back what it was, or see `pgtend migrate repair %s`; nothing was run", run->database->name);
	}
	if (progress->is_unsettled && progress->xid[0] && is_committed(run, progress->xid)) {
		progress->done++;
		progress->is_unsettled = false;
	}
	work->number = progress->done;
	work->is_again = progress->is_unsettled;
	if (work->number < step->cuts.count) {
		char *place = plan_place(step, step->cuts.statements[work->number].begin);
		report_log(run->report, "%s: %d of %d statements had run before: it goes on at %s%s", run_file(run, step)->name,
		    work->number, step->cuts.count, place,
		    work->is_again ? ", which was begun, and nobody saw its end" : "");
		mem_free(place);
	}
	return true;
}

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
	char *head = run_head(run, NULL, run->history_rows, &answers), *sql = mem_format("%s%s;\nCOMMIT", head, mark);
	bool is_done = send(run, sql, NULL, err);
	if (!is_done)
		run_roll_back(run);
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
		work->is_again = false;
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
	if (work->number == 0)
		return;
	report_log(run->report, "%s: statements 1 to %d of %d have run and stay; `pgtend %s %s` goes on behind them",
	    run_file(run, work->step)->name, work->number, work->step->cuts.count, run->verb, run->database->name);
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
	bool is_begun = run_set(run, err) && run_index_look(run, &invalid, err) && resume(&work, err) && mark_history(&work, true, err);
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
