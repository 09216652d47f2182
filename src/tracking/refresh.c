/* refresh: a continuous aggregate is made anew over a window. Where its raw rows are gone that erases: such a window is told beforehand, and needs
 * to be allowed. */
#include "refresh.h"

#include <string.h>

#include "pgtend/core/mem.h"
#include "pgtend/core/units.h"

static const struct table_column columns[] = {
    {"database", CELL_TEXT, "database", 0, "Name of the database in pgtend.ini."},
    {"schema", CELL_TEXT, "schema", 3, "Schema of the aggregate's view."},
    {"name", CELL_TEXT, "name", 0, "The aggregate's view."},
    {"window_start", CELL_TIME, "from", 0, "Beginning of the window; null for integer time."},
    {"window_end", CELL_TIME, "to", 0, "Its end (exclusive); null for integer time."},
    {"window_start_integer", CELL_ID, NULL, 0, "The same for integer time."},
    {"window_end_integer", CELL_ID, NULL, 0, "The same for integer time."},
    {"raw_begins", CELL_TIME, "raw from", 1, "Where the chunks begin that are still there, and that retention would keep, of what it is made of."},
    {"is_beyond", CELL_BOOL, "beyond", 0, "Whether the window reaches where raw rows are gone: a refresh erases there."},
    {"vanishing", CELL_COUNT, "vanish", 0, "Rows of the window whose raw rows are gone, wholly or in part: they would vanish or shrink, or have done so."},
    {"rows_before", CELL_COUNT, "rows", 0, "Rows that the aggregate had in the window."},
    {"rows_after", CELL_COUNT, "now", 0, "Rows that it has there now; null in a dry run."},
    {"state", CELL_TEXT, "state", 0, "due (it would be done), done or failed."},
    {"duration_ms", CELL_MS, "took", 1, "How long it took."},
};
const struct table_shape tracking_refresh_shape = {"tracking_refresh", columns, (int)(sizeof columns / sizeof columns[0])};

static void set_time(const struct refreshing *refreshing, struct table *rows, const char *time, const char *integer, const char *value)
{
	int64_t number, time_us;
	/* a time without a zone is UTC, as the extension has it */
	char *zoned = value != NULL && !refreshing->is_zoned ? mem_format("%s%s+00", value, strchr(value, ':') != NULL ? "" : " 00:00:00") : mem_copy(value);
	if (value != NULL && refreshing->is_integer && integer != NULL && units_parse_int(value, &number))
		table_set_int(rows, 0, integer, number);
	else if (value != NULL && !refreshing->is_integer && units_parse_time_us(zoned, &time_us))
		table_set_int(rows, 0, time, time_us);
	else if (refreshing->is_integer)
		table_set_missing(rows, 0, time, MISSING_UNSUPPORTED);
	mem_free(zoned);
}

static struct table *rows_of(const struct refreshing *refreshing, const char *state)
{
	struct table *rows = table_new(&tracking_refresh_shape);
	if (refreshing->to == NULL)
		return rows;
	table_add_row(rows);
	table_set_text(rows, 0, "database", refreshing->acts.database->name);
	table_set_text(rows, 0, "schema", refreshing->schema);
	table_set_text(rows, 0, "name", refreshing->name);
	set_time(refreshing, rows, "window_start", "window_start_integer", refreshing->from);
	set_time(refreshing, rows, "window_end", "window_end_integer", refreshing->to);
	set_time(refreshing, rows, "raw_begins", NULL, refreshing->begins);
	table_set_int(rows, 0, "is_beyond", refresh_is_beyond(refreshing));
	if (refreshing->vanishing >= 0)
		table_set_int(rows, 0, "vanishing", refreshing->vanishing);
	if (refreshing->rows >= 0)
		table_set_int(rows, 0, "rows_before", refreshing->rows);
	if (refreshing->rows_after >= 0)
		table_set_int(rows, 0, "rows_after", refreshing->rows_after);
	table_set_text(rows, 0, "state", state);
	if (refreshing->took_ms > 0)
		table_set_real(rows, 0, "duration_ms", refreshing->took_ms);
	return rows;
}

/* --- telling beforehand ----------------------------------------------------------------------- */

static void say_beyond(struct refreshing *refreshing)
{
	struct report *report = refreshing->acts.report;
	if (refreshing->vanishing < 0)
		report_log(report, "how many rows would vanish could not be counted in time");
	else
		report_log(report, "ERASES: %lld row%s of %s in that window %s raw rows that are gone, and would vanish, wholly or in part", (long long)refreshing->vanishing,
		    refreshing->vanishing == 1 ? "" : "s", refreshing->shown, refreshing->vanishing == 1 ? "comes from" : "come from");
	if (refreshing->begins == NULL)
		report_log(report, "  %s, of which it is made, has no chunk any more", refreshing->source);
	else if (refreshing->is_early && refreshing->oldest != NULL && strcmp(refreshing->oldest, refreshing->begins) != 0)
		report_log(report, "  %s is whole from %s on; what is there from %s on should be gone by its retention, and may be a rest: buckets made of "
		                   "it lose what else they held", refreshing->source, refreshing->begins, refreshing->oldest);
	else
		report_log(report, "  %s, of which it is made, is there from %s on%s", refreshing->source, refreshing->begins,
		    refreshing->is_early ? "" : ", with holes");
}

static void say_plan(struct refreshing *refreshing)
{
	struct acts *acts = &refreshing->acts;
	char *patience = acts_patience(acts);
	report_log(acts->report, "refreshes %s from %s to %s, whole buckets only", refreshing->shown, refreshing->from, refreshing->to);
	if (refreshing->rows >= 0)
		report_log(acts->report, "  it has %lld row%s there now", (long long)refreshing->rows, refreshing->rows == 1 ? "" : "s");
	if (refresh_is_beyond(refreshing))
		say_beyond(refreshing);
	report_log(acts->report, "reading it goes on; another refresh of it waits; %s", patience);
	report_summary(acts->report, refresh_is_beyond(refreshing) ? "reaches beyond the raw rows" : "stays within the raw rows");
	mem_free(patience);
}

/* --- doing it --------------------------------------------------------------------------------- */

static char *call_of(struct refreshing *refreshing)
{
	struct session *session = refreshing->acts.session;
	char *view = session_quote_literal(session, refreshing->view);
	char *from = session_quote_literal(session, refreshing->from), *to = session_quote_literal(session, refreshing->to);
	char *sql = mem_format("call %s.refresh_continuous_aggregate(continuous_aggregate => %s::regclass, window_start => %s::%s, window_end => %s::%s)",
	    refreshing->acts.schema, view, from, refreshing->type, to, refreshing->type);
	mem_free(view);
	mem_free(from);
	mem_free(to);
	return sql;
}

static bool word_failure(struct refreshing *refreshing, struct err *err)
{
	if (strstr(err->text, "window too small") != NULL) {
		err_set(err, ERR_FAILED, "%s: no whole bucket lies between %s and %s", refreshing->shown, refreshing->from, refreshing->to);
		return err_hint(err, "give FROM and TO that hold one");
	}
	if (acts_is_lock(err))
		err_hint(err, "another refresh of it runs, or somebody changes it: pgtend activity %s shows who", refreshing->acts.database_word);
	return err_prefix(err, "%s", refreshing->shown);
}

static bool carry_out(struct refreshing *refreshing, struct err *err)
{
	struct acts *acts = &refreshing->acts;
	char took[UNITS_SIZE];
	report_step(acts->report, "refresh %s", refreshing->shown);
	char *sql = call_of(refreshing);
	int64_t began_us = units_now_us();
	/* it commits in between: outside of any transaction */
	bool is_done = acts_call(acts, sql, err);
	refreshing->took_ms = (double)(units_now_us() - began_us) / 1000.0;
	mem_free(sql);
	if (!is_done)
		return word_failure(refreshing, err);
	struct err ignored = {0};
	refreshing->rows_after = refresh_count(refreshing, &ignored);
	report_summary(acts->report, "%s refreshed from %s to %s in %s: %lld rows before, %lld now", refreshing->shown, refreshing->from, refreshing->to,
	    units_ms(took, refreshing->took_ms), (long long)refreshing->rows, (long long)refreshing->rows_after);
	return true;
}

static bool refuse(const struct refreshing *refreshing, struct err *err)
{
	err_set(err, ERR_REFUSED, "%s: that window reaches beyond its raw rows, where a refresh erases%s%s", refreshing->shown,
	    refreshing->begins != NULL ? "; they begin at " : "", refreshing->begins != NULL ? refreshing->begins : "");
	return err_hint(err, "look first: the same with --dry-run");
}

static bool open_look(struct refreshing *refreshing, struct err *err)
{
	return acts_open(&refreshing->acts, err) && acts_need_community(&refreshing->acts, err) && refresh_look(refreshing, err);
}

bool tracking_refresh(
    struct fleet *fleet, struct database *database, const struct tracking_refresh *refresh, struct report *report, struct err *err)
{
	struct refreshing refreshing = {
	    .acts = {.fleet = fleet, .database = database, .report = report, .verb = "refresh"}, .refresh = refresh};
	bool is_good = open_look(&refreshing, err);
	const char *state = "due";
	if (is_good && refresh->is_dry_run)
		say_plan(&refreshing);
	else if (is_good) {
		is_good = !refresh_is_beyond(&refreshing) || refresh->may_erase ? carry_out(&refreshing, err) : refuse(&refreshing, err);
		state = is_good ? "done" : "failed";
	}
	report_rows(report, rows_of(&refreshing, state));
	refresh_done(&refreshing);
	return is_good;
}

bool tracking_refresh_erases(struct fleet *fleet, struct database *database, const struct tracking_refresh *refresh, bool *erases, struct err *err)
{
	struct report report = {0};
	struct refreshing refreshing = {
	    .acts = {.fleet = fleet, .database = database, .report = &report, .verb = "refresh"}, .refresh = refresh};
	bool is_good = open_look(&refreshing, err);
	*erases = is_good && refresh_is_beyond(&refreshing);
	refresh_done(&refreshing);
	report_done(&report);
	return is_good;
}
