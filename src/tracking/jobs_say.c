/* Jobs of TimescaleDB by hand: what would be done, and the rows that tell of it. */
#include "jobs.h"

#include <string.h>

#include "pgtend/core/mem.h"
#include "pgtend/core/units.h"

static const struct table_column columns[] = {
    {"database", CELL_TEXT, "database", 0, "Name of the database in pgtend.ini."},
    {"job_id", CELL_ID, "job", 0, "Number of the job (timescaledb_information.jobs.job_id)."},
    {"kind", CELL_TEXT, "kind", 0, "retention, compression, refresh, reorder, user or internal."},
    {"schema", CELL_TEXT, "schema", 3, "Schema of what it works on."},
    {"name", CELL_TEXT, "on", 0, "The hypertable or aggregate it works on."},
    {"state", CELL_TEXT, "state", 0, "due (it would be done), done, paused, resumed, set, removed, failed, skipped, or not begun."},
    {"chunks", CELL_COUNT, "chunks", 0, "Chunks that it dropped or compressed (state due: would); null for other kinds."},
    {"bytes", CELL_BYTES, "freed", 0, "What that gave back (state due: what those chunks take)."},
    {"left_chunks", CELL_COUNT, "left", 1, "Chunks that it should have worked on and did not."},
    {"duration_ms", CELL_MS, "took", 1, "How long it ran."},
    {"error", CELL_TEXT, "error", 1, "Why it failed or was passed over."},
    {"sqlstate", CELL_TEXT, NULL, 0, "The error's SQLSTATE."},
    {"blocked_by", CELL_IDS, NULL, 0, "Processes that hold locks on those chunks now."},
    {"after", CELL_TEXT, NULL, 0, "Age at which it acts, as its configuration says it."},
};
const struct table_shape tracking_runs_shape = {"tracking_runs", columns, (int)(sizeof columns / sizeof columns[0])};

bool job_is_kind(const struct job_row *row, const char *kind)
{
	return strcmp(row->kind, kind) == 0;
}

void jobs_add_row(struct doing *doing, const struct job_row *row, const struct words *pids)
{
	struct table *rows = doing->rows;
	int at = table_add_row(rows);
	table_set_text(rows, at, "database", doing->acts.database->name);
	table_set_int(rows, at, "job_id", row->job_id);
	table_set_text(rows, at, "kind", row->kind);
	table_set_text(rows, at, "schema", row->schema);
	table_set_text(rows, at, "name", row->name);
	table_set_text(rows, at, "state", row->state);
	table_set_text(rows, at, "after", row->after);
	if (row->gone_chunks >= 0)
		table_set_int(rows, at, "chunks", row->gone_chunks);
	if (row->gone_chunks >= 0)
		table_set_int(rows, at, "bytes", row->gone_bytes);
	if (row->left_chunks >= 0)
		table_set_int(rows, at, "left_chunks", row->left_chunks);
	if (row->took_ms > 0)
		table_set_real(rows, at, "duration_ms", row->took_ms);
	table_set_text(rows, at, "error", row->error);
	table_set_text(rows, at, "sqlstate", row->sqlstate[0] != '\0' ? row->sqlstate : NULL);
	for (size_t i = 0; pids != NULL && i < pids->count; i++)
		table_add_word(rows, at, "blocked_by", pids->v[i]);
}

/* --- what would be done ----------------------------------------------------------------------- */

static const char *no_due(const struct job_row *row)
{
	if (row->is_integer && row->now_function == NULL)
		return "integer time without an integer_now_func: nothing says what is old";
	return row->relation == NULL ? "runs its procedure" : "nothing is known of what it will do";
}

static void say_run(struct doing *doing, const struct job_row *row, struct words *pids)
{
	struct acts *acts = &doing->acts;
	struct report *report = acts->report;
	char *words = job_words(row), *chunks = chunk_set_words(&row->due), *patience = acts_patience(acts);
	struct words blockers = {0};
	if (!row->has_due)
		report_log(report, "%s: %s %s", words, job_is_kind(row, "refresh") ? "refreshes" : no_due(row),
		    job_is_kind(row, "refresh") ? "what has changed in the policy's window" : row->proc);
	else if (row->due.count == 0)
		report_log(report, "%s, older than %s: nothing is due", words, row->after);
	else {
		report_log(report, "%s, older than %s: %s %s", words, row->after, job_is_kind(row, "retention") ? "drops" : "compresses", chunks);
		report_log(report, "  takes AccessExclusiveLock on %s, and %s",
		    job_is_kind(row, "retention") ? "all of them until it has ended" : "one chunk at a time, for its last step", patience);
	}
	if (row->vanishing > 0)
		report_log(report, "  ERASES: %lld row%s of %s in its window come%s from raw rows that are gone, and would vanish, wholly or in part", (long long)row->vanishing,
		    row->vanishing == 1 ? "" : "s", row->name, row->vanishing == 1 ? "s" : "");
	else if (row->vanishing < 0)
		report_log(report, "  how many rows of %s it would erase could not be counted", row->name);
	chunk_set_blockers(acts, &row->due, &blockers, pids);
	for (size_t i = 0; i < blockers.count; i++)
		report_log(report, "  in its way now: %s", blockers.v[i]);
	if (row->is_running)
		report_log(report, "  the scheduler runs it right now");
	if (!row->is_scheduled)
		report_log(report, "  it is paused");
	words_done(&blockers);
	mem_free(words);
	mem_free(chunks);
	mem_free(patience);
}

bool jobs_is_passed_over(const struct doing *doing, const struct job_row *row)
{
	return doing->jobs->what == TRACKING_RUN && doing->jobs->job_id == 0 && !row->is_named && !row->is_scheduled;
}

void jobs_pass_over(struct doing *doing, struct job_row *row)
{
	char *words = job_words(row);
	row->state = "skipped";
	row->error = mem_copy("paused");
	report_log(doing->acts.report, "%s is paused and is passed over; pgtend jobs run %s %lld runs it all the same", words,
	    doing->acts.database_word, (long long)row->job_id);
	mem_free(words);
}

static void say_switch(struct doing *doing, const struct job_row *row)
{
	bool is_pause = doing->jobs->what == TRACKING_PAUSE;
	char *words = job_words(row);
	if (row->is_scheduled != is_pause)
		report_log(doing->acts.report, "%s is %s already", words, is_pause ? "paused" : "scheduled");
	else if (is_pause)
		report_log(doing->acts.report, "%s: the scheduler starts it no more%s", words,
		    row->is_running ? "; it runs right now, and is cancelled" : "");
	else
		report_log(doing->acts.report, "%s: the scheduler starts it again, at once when it is due", words);
	mem_free(words);
}

bool jobs_plan(struct doing *doing, bool is_run, struct err *err)
{
	for (int i = 0; i < doing->list.count; i++) {
		struct job_row *row = &doing->list.rows[i];
		struct words pids = {0};
		if (is_run && jobs_is_passed_over(doing, row)) {
			jobs_pass_over(doing, row);
		} else if (doing->jobs->what != TRACKING_RUN) {
			say_switch(doing, row);
		} else {
			if (!job_due(&doing->acts, row, err) || !job_weigh(&doing->acts, row, err))
				return false;
			if (row->has_due) {
				row->gone_chunks = row->due.count;
				row->gone_bytes = chunk_set_bytes(&row->due);
			}
			say_run(doing, row, &pids);
		}
		jobs_add_row(doing, row, &pids);
		words_done(&pids);
	}
	return true;
}

void jobs_tell_plan(struct doing *doing)
{
	int64_t chunks = 0, bytes = 0;
	char size[UNITS_SIZE];
	for (int i = 0; i < doing->list.count; i++)
		if (doing->list.rows[i].gone_chunks > 0) {
			chunks += doing->list.rows[i].gone_chunks;
			bytes += doing->list.rows[i].gone_bytes;
		}
	if (doing->jobs->what == TRACKING_RUN)
		report_summary(doing->acts.report, "%d job%s, %lld chunk%s due, %s", doing->list.count,
		    doing->list.count == 1 ? "" : "s", (long long)chunks, chunks == 1 ? "" : "s", units_bytes(size, bytes));
	else
		report_summary(doing->acts.report, "%d job%s", doing->list.count, doing->list.count == 1 ? "" : "s");
}
