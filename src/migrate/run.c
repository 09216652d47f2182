/* `migrate up` and `migrate down` from lock to last word. See migrate/migrate.h. */
#include <string.h>

#include "pgtend/core/mem.h"
#include "pgtend/core/units.h"
#include "pgtend/loop/task.h"
#include "pgtend/migrate/folder.h"
#include "pgtend/migrate/order.h"
#include "pgtend/migrate/statements.h"
#include "run_internal.h"

/* --- what is to run ------------------------------------------------------------------------------------------- */

static bool can_run(struct run *run, struct err *err)
{
	const char *name = run->database->name;
	if (!run->ledger.folder) {
		err_set(err, ERR_UNSUPPORTED, "%s has no migration folder", name);
		return err_hint(err, "say where it is with `migrations = FOLDER` in its section");
	}
	run->dialect = run->ledger.dialect;
	if (run->dialect->run) {
		run->lock_key = run->dialect->run->lock_key(&run->ledger, run->database->dbname);
		return true;
	}
	err_set(err, ERR_UNSUPPORTED, "the migrations of %s are %s's, which pgtend shows but does not run", name,
	    run->dialect->name);
	return err_hint(
	    err, run->is_up ? "run: %s" : "its own tool takes back what it can; to apply: %s", run->dialect->tool);
}

static void add_step(struct run *run, struct migration_file *file)
{
	run->steps = mem_grow(run->steps, (size_t)run->count + 1, sizeof *run->steps);
	run->steps[run->count++] = (struct run_step){.file = file};
}

static void choose_up(struct run *run, int count)
{
	for (int i = 0; i < run->ledger.migration_count && (count < 0 || run->count < count); i++)
		if (run->ledger.files[i].row < 0)
			add_step(run, &run->ledger.files[i]);
}

/* The last rows of the history, newest first; a name that stands there twice is one migration. */
static bool choose_down(struct run *run, int count, struct err *err)
{
	struct words gone = {0};
	for (int i = run->ledger.row_count - 1; i >= 0 && (count < 0 || run->ledger.row_count - i <= count); i--) {
		const struct migration_row *row = &run->ledger.rows[i];
		if (row->file < 0) {
			words_add(&gone, row->name);
			continue;
		}
		bool is_there = false;
		for (int k = 0; k < run->count; k++)
			is_there = is_there || run->steps[k].file == &run->ledger.files[row->file];
		if (!is_there)
			add_step(run, &run->ledger.files[row->file]);
	}
	bool is_whole = gone.count == 0;
	if (!is_whole) {
		char *names = words_join(&gone, ", ");
		err_set(err, ERR_FAILED, "the files of %s are gone: there is no down part to run", names);
		err_hint(err, "bring them back from version control; nothing was taken back");
		mem_free(names);
	}
	words_done(&gone);
	return is_whole;
}

/* --- the texts, all read and judged before the first one runs ---------------------------------------------------- */

static bool judge(struct run_step *step, struct err *err)
{
	struct statements_finding finding = {{0}, 0};
	enum statements_verdict verdict = statements_check(step->text.sql, &finding);
	step->is_watched = verdict == STATEMENTS_UNKNOWN;
	if (verdict == STATEMENTS_FINE || verdict == STATEMENTS_UNKNOWN)
		return true;
	char *place = run_place(step, finding.offset);
	if (verdict == STATEMENTS_TRANSACTION) {
		err_set(err, ERR_FAILED, "%s: %s of its own: a migration runs in one transaction together with its history row",
		    place, finding.word);
		err_hint(err, "take it out of the file; nothing was run");
	} else {
		err_set(err, ERR_FAILED, "%s: COPY FROM STDIN takes its data from psql", place);
		err_hint(err, "write the rows as INSERT, or put them into a seed, which psql runs; nothing was run");
	}
	mem_free(place);
	return false;
}

static bool prepare(struct run *run, struct run_step *step, struct err *err)
{
	const struct dialect_run *how = run->dialect->run;
	char *text;
	if (step->file->only_by_tool) {
		err_set(err, ERR_FAILED, "%s %s, which pgtend cannot run", step->file->path, step->file->only_by_tool);
		return err_hint(err, "run it with the tool: %s; nothing was run", run->dialect->tool);
	}
	if (!folder_text(step->file->path, &text, err))
		return false;
	bool is_good = (run->is_up ? how->up_text : how->down_text)(&run->ledger, step->file, text, &step->text, err);
	mem_free(text);
	if (!is_good)
		return false;
	if (step->text.warning)
		report_log(run->report, "WARNING: %s %s", step->file->path, step->text.warning);
	if (strncmp(step->text.sql, "\xEF\xBB\xBF", 3) == 0) {
		/* The server takes a byte order mark for a name. */
		report_log(run->report, "%s begins with a byte order mark, which is left out (%s would send it, and fail)",
		    step->file->path, run->dialect->name);
		memmove(step->text.sql, step->text.sql + 3, strlen(step->text.sql + 3) + 1);
	}
	return judge(step, err);
}

/* --- saying it ----------------------------------------------------------------------------------------------------- */

static char *names_of(const struct run *run, int from, int to)
{
	enum { NAMES_MAX = 3 };
	struct text names = {0};
	for (int i = from; i < to && i < from + NAMES_MAX; i++)
		text_addf(&names, "%s%s", i > from ? ", " : "", run->steps[i].file->name);
	if (to - from > NAMES_MAX)
		text_addf(&names, " and %d more", to - from - NAMES_MAX);
	return text_take(&names);
}

/* What is committed and what is not; a database that stands between two of the asked steps is partly done. */
static void say_where_it_stands(struct run *run, struct err *err)
{
	const char *verb = run->is_up ? "applied" : "taken back";
	if (run->done == 0) {
		report_log(run->report, "nothing was %s", verb);
		return;
	}
	char *done = names_of(run, 0, run->done), *left = names_of(run, run->done, run->count);
	report_log(run->report, "%s and committed: %s", verb, done);
	report_log(run->report, "not %s: %s", verb, left);
	if (err->kind != ERR_CANCELLED)
		err->kind = ERR_PARTIAL;
	if (!err->hint[0])
		err_hint(err, "%s: %s; not: %s", verb, done, left);
	mem_free(done);
	mem_free(left);
}

static void say_plan(struct run *run)
{
	for (int i = 0; i < run->count; i++)
		report_log(run->report, "would %s %s (%s), in a transaction of its own", run->is_up ? "apply" : "take back",
		    run->steps[i].file->name, run->steps[i].file->path);
	report_summary(run->report, "%d migration%s would be %s", run->count, run->count == 1 ? "" : "s",
	    run->is_up ? "applied" : "taken back");
}

static void say_refused(struct run *run)
{
	for (int i = run->ledger.migration_count; i < run->ledger.file_count; i++)
		report_log(run->report, "%s: %s", run->ledger.files[i].path, run->ledger.files[i].refused);
	if (order_lacked_icu())
		report_log(run->report,
		    "ICU's library (libicu) is not here: files of the same number were ordered by their bytes, which may "
		    "differ from %s's order",
		    run->dialect->name);
}

/* --- running
 * ---------------------------------------------------------------------------------------------------------- */

/* Schema and table, as the tool makes them before its first migration. */
static bool ensure_history(struct run *run, struct err *err)
{
	if (run->ledger.has_history)
		return true;
	int answers;
	char *head = run_head(run, true, &answers), *ensure = run->dialect->run->ensure_sql(&run->ledger, run->session);
	char *sql = mem_format("%s%s;\nCOMMIT", head, ensure);
	struct result *result = NULL;
	bool is_done = run_ask(run, sql, &result, err);
	if (!is_done) {
		run_roll_back(run);
		if (strcmp(err->sqlstate, "PTLCK") == 0)
			run_say_locked(run, err);
		else
			err_prefix(err, "making the history table %s", run->ledger.history);
	}
	run->ledger.has_history = is_done;
	result_free(result);
	mem_free(sql);
	mem_free(head);
	mem_free(ensure);
	return is_done;
}

static bool run_all(struct run *run, struct err *err)
{
	int64_t started_us = units_now_us();
	char took[UNITS_SIZE];
	bool is_good = ensure_history(run, err);
	for (int i = 0; is_good && i < run->count; i++) {
		report_step(run->report, "%s", run->steps[i].file->name);
		report_progress(run->report, i, run->count, "files");
		is_good = !task_is_cancelled() || err_set(err, ERR_CANCELLED, "cancelled before %s", run->steps[i].file->name);
		is_good = is_good && run_step(run, &run->steps[i], err);
		run->done += is_good;
	}
	if (!is_good) {
		say_where_it_stands(run, err);
		return false;
	}
	report_progress(run->report, run->count, run->count, "files");
	report_summary(run->report, "%d migration%s %s in %s", run->count, run->count == 1 ? "" : "s",
	    run->is_up ? "applied" : "taken back", units_ms(took, (double)(units_now_us() - started_us) / 1000.0));
	return true;
}

static bool choose(struct run *run, int count, struct err *err)
{
	if (run->dialect->check_order && !run->dialect->check_order(&run->ledger, err))
		return false;
	run->history_rows = run->ledger.row_count;
	if (run->is_up)
		choose_up(run, count);
	else if (!choose_down(run, count, err))
		return false;
	for (int i = 0; i < run->count; i++)
		if (!prepare(run, &run->steps[i], err))
			return false;
	return true;
}

static bool run_whole(struct run *run, int count, struct err *err)
{
	if (!run_open(run, err) || !ledger_read(run->database, run->session, &run->ledger, err) || !can_run(run, err))
		return false;
	/* What was read before the lock may be old when it is ours. */
	if (!run->is_dry_run && (!run_lock(run, err) || !ledger_read_history(&run->ledger, run->session, err)))
		return false;
	say_refused(run);
	if (!choose(run, count, err))
		return false;
	if (run->is_dry_run)
		say_plan(run);
	else if (run->count == 0)
		report_summary(run->report, run->is_up ? "nothing is pending" : "nothing is applied");
	else
		return run_all(run, err);
	return true;
}

static void run_free(struct run *run)
{
	run_unlock(run);
	for (int i = 0; i < run->count; i++)
		migration_text_done(&run->steps[i].text);
	mem_free(run->steps);
	ledger_done(&run->ledger);
	if (run->session)
		session_free(run->session);
}

bool migrate_run(struct fleet *fleet, struct database *database, const struct migrate_options *options,
    struct report *report, struct err *err)
{
	bool is_up = options->direction == MIGRATE_UP;
	struct run run = {
	    .fleet = fleet, .database = database, .report = report, .is_up = is_up, .is_dry_run = options->is_dry_run};
	run.verb = is_up ? "migrate up" : "migrate down";
	if (database->section) {
		run.lock_timeout_ms = (int)(section_seconds(database->section, "lock_timeout") * 1000);
		run.statement_timeout_ms = (int64_t)(section_seconds(database->section, "statement_timeout") * 1000);
	}
	bool is_done = run_whole(&run, options->count > 0 ? options->count : is_up ? -1 : 1, err);
	run_free(&run);
	return is_done;
}
