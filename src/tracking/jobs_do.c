/* Jobs of TimescaleDB run, paused and resumed by hand. TimescaleDB keeps no record of a job that was run by hand: what it came to is told here. */
#include "jobs.h"

#include <string.h>

#include "pgtend/core/mem.h"
#include "pgtend/core/units.h"
#include "pgtend/loop/task.h"

/* --- doing it --------------------------------------------------------------------------------- */

/* What became of the chunks that were due. */
static bool measure(struct doing *doing, struct job_row *row, struct err *err)
{
	struct chunk_set now = {0};
	if (!row->has_due)
		return true;
	if (!chunk_set_again(&doing->acts, &row->due, &now, err)) {
		chunk_set_done(&now);
		return false;
	}
	row->gone_chunks = row->gone_bytes = row->left_chunks = 0;
	for (int i = 0; i < row->due.count; i++) {
		const struct chunk *before = &row->due.chunks[i], *after = chunk_set_find(&now, before->oid);
		bool is_done = after == NULL || (job_is_kind(row, "compression") && after->is_compressed && !(after->is_partial && before->is_partial));
		row->gone_chunks += is_done;
		row->left_chunks += !is_done;
		if (is_done)
			row->gone_bytes += before->bytes - (after != NULL ? after->bytes : 0);
	}
	chunk_set_done(&now);
	return true;
}

static bool call(struct doing *doing, const struct job_row *row, struct err *err)
{
	struct acts *acts = &doing->acts;
	char *sql = mem_format("call %s.run_job(%lld)", acts->schema, (long long)row->job_id);
	/* Behind a pooler lock_timeout needs a transaction, which only retention's procedure bears: the others commit in between. */
	bool is_done = job_is_kind(row, "retention") && session_is_pooled(acts->session) ? acts_query(acts, sql, NULL, err)
	                                                                            : acts_call(acts, sql, err);
	mem_free(sql);
	return is_done;
}

static void keep_error(struct doing *doing, struct job_row *row, const struct err *why)
{
	struct words blockers = {0};
	row->state = "failed";
	memcpy(row->sqlstate, why->sqlstate, sizeof row->sqlstate);
	if (acts_is_lock(why))
		chunk_set_blockers(&doing->acts, &row->due, &blockers, NULL);
	row->error = blockers.count > 0 ? mem_format("%s: %s", why->text, blockers.v[0]) : mem_copy(why->text);
	words_done(&blockers);
}

/* "Success" with nothing dropped is no success. */
static void doubt(struct job_row *row)
{
	int frozen = 0;
	for (int i = 0; i < row->due.count; i++)
		frozen += row->due.chunks[i].is_frozen;
	if (!job_is_kind(row, "retention") || row->left_chunks <= 0)
		return;
	row->state = "failed";
	row->error = mem_format("it ended without an error, but %lld of %d chunks that are due are still there%s",
	    (long long)row->left_chunks, row->due.count, frozen > 0 ? ": frozen ones may not be dropped" : "");
}

static bool may_run(const struct doing *doing, const struct job_row *row, struct err *err)
{
	return row->vanishing == 0 || doing->jobs->may_erase ||
	       err_set(err, ERR_REFUSED, "its window reaches beyond the raw rows of %s, where a refresh erases", row->name);
}

/* A job that commits in between has done something before it failed, or was ended. */
static void keep_done(struct doing *doing, struct job_row *row, struct err *why)
{
	struct err ignored = {0};
	task_shield();
	bool is_measured = measure(doing, row, &ignored);
	task_unshield();
	if (!is_measured || row->gone_chunks <= 0)
		return;
	err_set(why, why->kind, "%s; before that %lld of %d chunks were %s", row->error, (long long)row->gone_chunks, row->due.count,
	    job_is_kind(row, "retention") ? "dropped" : "compressed");
	mem_free(row->error);
	row->error = mem_copy(why->text);
}

/* False: nothing more can be begun. */
static bool run_one(struct doing *doing, struct job_row *row, struct err *err)
{
	struct acts *acts = &doing->acts;
	char *words = job_words(row);
	struct err own = {0}, ignored = {0};
	report_step(acts->report, "%s", words);
	bool is_done = job_due(acts, row, &own) && job_weigh(acts, row, &own) && may_run(doing, row, &own);
	int64_t began_us = units_now_us();
	is_done = is_done && call(doing, row, &own);
	row->took_ms = (double)(units_now_us() - began_us) / 1000.0;
	if (is_done) {
		row->state = "done";
		if (!measure(doing, row, &ignored))
			report_log(acts->report, "%s has run; what it did could not be measured: %s", words, ignored.text);
		doubt(row);
	} else {
		keep_error(doing, row, &own);
		keep_done(doing, row, &own);
	}
	mem_free(words);
	if (!is_done && acts_is_over(acts, &own)) {
		*err = own;
		return false;
	}
	return true;
}

static bool switch_one(struct doing *doing, struct job_row *row, struct err *err)
{
	bool is_pause = doing->jobs->what == TRACKING_PAUSE;
	struct err own = {0};
	char *sql = mem_format("select %s.alter_job(%lld, scheduled => %s)", doing->acts.schema, (long long)row->job_id,
	    is_pause ? "false" : "true");
	bool is_done = acts_query(&doing->acts, sql, NULL, &own);
	row->state = is_pause ? "paused" : "resumed";
	if (!is_done)
		keep_error(doing, row, &own);
	mem_free(sql);
	if (!is_done && acts_is_over(&doing->acts, &own)) {
		*err = own;
		return false;
	}
	return true;
}

static bool each(struct doing *doing, struct err *err)
{
	bool is_good = true;
	for (int i = 0; i < doing->list.count; i++) {
		struct job_row *row = &doing->list.rows[i];
		if (!is_good) {
			row->state = "not begun";
		} else if (jobs_is_passed_over(doing, row)) {
			jobs_pass_over(doing, row);
		} else {
			report_progress(doing->acts.report, i, doing->list.count, "jobs");
			is_good = doing->jobs->what == TRACKING_RUN ? run_one(doing, row, err) : switch_one(doing, row, err);
		}
		jobs_add_row(doing, row, NULL);
	}
	return is_good;
}

/* --- telling ---------------------------------------------------------------------------------- */

/* "job 1000 (retention of events) ran in 0.3 s: 10 chunks dropped, 81 MB given back" */
static void add_outcome(struct text *text, const struct job_row *row)
{
	char took[UNITS_SIZE], size[UNITS_SIZE];
	char *words = job_words(row);
	text_addf(text, "%s%s ", text->length > 0 ? "; " : "", words);
	mem_free(words);
	if (strcmp(row->state, "done") != 0) {
		text_addf(text, "%s%s%s", row->state, row->error != NULL ? ": " : "", row->error != NULL ? row->error : "");
		return;
	}
	text_addf(text, "ran in %s", units_ms(took, row->took_ms));
	if (row->gone_chunks < 0)
		return;
	const char *verb = job_is_kind(row, "retention") ? "dropped" : "compressed";
	text_addf(text, ": %lld chunk%s %s", (long long)row->gone_chunks, row->gone_chunks == 1 ? "" : "s", verb);
	if (row->gone_bytes > 0)
		text_addf(text, ", %s given back", units_bytes(size, row->gone_bytes));
	else if (row->gone_bytes < 0)
		text_addf(text, ", %s more taken than before", units_bytes(size, -row->gone_bytes));
	if (row->left_chunks > 0)
		text_addf(text, ", %lld left", (long long)row->left_chunks);
}

static void hint_failure(const struct doing *doing, const struct job_row *row, struct err *err)
{
	const char *database = doing->acts.database_word;
	if (strcmp(row->sqlstate, "55P03") == 0)
		err_hint(err, "end who holds it, or wait: pgtend activity %s shows them; then the same again", database);
	else if (strcmp(row->sqlstate, "42501") == 0)
		err_hint(err, "only the job's owner or a superuser may");
	else if (doing->jobs->what == TRACKING_RUN && job_is_kind(row, "user"))
		err_hint(err, "%s() is not TimescaleDB's: what it committed before it failed stays", row->proc);
	else if (doing->jobs->what == TRACKING_RUN)
		err_hint(err, "pgtend jobs %s shows it; nothing of what failed is half done but chunks that are whole", database);
}

static bool tell(struct doing *doing, struct err *err)
{
	struct text all = {0}, bad = {0};
	const struct job_row *first = NULL;
	int done = 0, failed = 0, passed = 0;
	for (int i = 0; i < doing->list.count; i++) {
		const struct job_row *row = &doing->list.rows[i];
		bool has_failed = strcmp(row->state, "failed") == 0;
		first = has_failed && first == NULL ? row : first;
		failed += has_failed;
		passed += strcmp(row->state, "skipped") == 0;
		done += !has_failed && strcmp(row->state, "skipped") != 0;
		add_outcome(has_failed ? &bad : &all, row);
	}
	bool is_good = failed == 0 && (done > 0 || passed == 0);
	if (is_good)
		report_summary(doing->acts.report, "%s", text_str(&all));
	else if (failed == 0)
		err_set(err, ERR_FAILED, "nothing was run: %s", text_str(&all));
	else
		err_set(err, done > 0 ? ERR_PARTIAL : ERR_FAILED, "%s%s%s", text_str(&bad), done > 0 ? "; done: " : "",
		    done > 0 ? text_str(&all) : "");
	if (first != NULL)
		hint_failure(doing, first, err);
	else if (!is_good)
		err_hint(err, "pgtend retention resume %s lets the scheduler run it again", doing->acts.database_word);
	text_done(&all);
	text_done(&bad);
	return is_good;
}

bool tracking_jobs(
    struct fleet *fleet, struct database *database, const struct tracking_jobs *jobs, struct report *report, struct err *err)
{
	struct doing doing = {
	    .acts = {.fleet = fleet, .database = database, .report = report, .verb = jobs->job_id != 0 ? "jobs" : jobs->kind},
	    .jobs = jobs,
	    .rows = table_new(&tracking_runs_shape),
	};
	bool is_good = acts_open(&doing.acts, err) && acts_need_community(&doing.acts, err) &&
	               job_list_load(&doing.acts, jobs, &doing.list, err);
	if (is_good && !jobs->is_dry_run)
		is_good = each(&doing, err) && tell(&doing, err);
	else if (is_good && (is_good = jobs_plan(&doing, true, err)))
		jobs_tell_plan(&doing);
	report_rows(report, doing.rows);
	job_list_done(&doing.list);
	acts_close(&doing.acts);
	return is_good;
}

bool tracking_due(struct fleet *fleet, struct database *database, const struct tracking_jobs *jobs, struct table *rows,
    struct report *report, struct err *err)
{
	struct doing doing = {
	    .acts = {.fleet = fleet, .database = database, .report = report, .verb = jobs->kind},
	    .jobs = jobs,
	    .rows = table_new(&tracking_runs_shape),
	};
	bool is_good = acts_open(&doing.acts, err) && acts_need_community(&doing.acts, err) &&
	               job_list_load(&doing.acts, jobs, &doing.list, err) && jobs_plan(&doing, false, err);
	for (int i = 0; is_good && i < doing.list.count; i++)
		chunk_set_rows(&doing.acts, &doing.list.rows[i].due, rows);
	table_free(doing.rows);
	job_list_done(&doing.list);
	acts_close(&doing.acts);
	return is_good;
}

bool tracking_jobs_erase(struct fleet *fleet, struct database *database, const struct tracking_jobs *jobs, bool *erases, struct err *err)
{
	struct report report = {0};
	struct acts acts = {.fleet = fleet, .database = database, .report = &report, .verb = "jobs"};
	struct job_list list = {0};
	*erases = false;
	bool is_good = acts_open(&acts, err) && acts_need_community(&acts, err) && job_list_load(&acts, jobs, &list, err);
	for (int i = 0; is_good && i < list.count; i++) {
		is_good = job_weigh(&acts, &list.rows[i], err);
		*erases = *erases || list.rows[i].vanishing != 0;
	}
	job_list_done(&list);
	acts_close(&acts);
	report_done(&report);
	return is_good;
}
