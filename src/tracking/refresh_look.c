/* refresh: the aggregate, where the raw rows begin that it is made of, and what a refresh of the window would erase. */
#include "refresh.h"

#include <string.h>

#include "pgtend/core/mem.h"
#include "pgtend/sql_embedded.h"

enum { DEEP_DEADLINE_MS = 10000 };

/* --- the aggregate ---------------------------------------------------------------------------- */

static char *copy_of(const struct result *r, int row, const char *column)
{
	return mem_copy(result_text(r, row, result_column(r, column)));
}

static bool unknown(const struct refreshing *refreshing, const struct result *r, struct err *err)
{
	struct words names = {0};
	for (int row = 0; row < result_rows(r); row++)
		words_take(&names, acts_shown(result_text(r, row, result_column(r, "schema")), result_text(r, row, result_column(r, "name"))));
	const char *nearest = text_nearest(refreshing->refresh->aggregate, (const char *const *)names.v, names.count);
	char *all = words_join(&names, ", ");
	err_set(err, ERR_USAGE, "%s has no continuous aggregate \"%s\"", refreshing->acts.database->name, refreshing->refresh->aggregate);
	if (nearest != NULL)
		err_hint(err, "did you mean \"%s\"?", nearest);
	else if (names.count > 0)
		err_hint(err, "there are %s", all);
	mem_free(all);
	words_done(&names);
	return false;
}

static void take(struct refreshing *refreshing, const struct result *r, int row)
{
	struct acts *acts = &refreshing->acts;
	refreshing->schema = copy_of(r, row, "schema");
	refreshing->name = copy_of(r, row, "name");
	refreshing->shown = acts_shown(refreshing->schema, refreshing->name);
	refreshing->source = acts_shown(result_text(r, row, result_column(r, "source_schema")), result_text(r, row, result_column(r, "source")));
	refreshing->view = acts_quoted(acts, refreshing->schema, refreshing->name);
	refreshing->bucket = session_quote_identifier(acts->session, result_text(r, row, result_column(r, "bucket")));
	refreshing->type = copy_of(r, row, "type");
	refreshing->is_integer = result_bool(r, row, result_column(r, "is_integer"));
	refreshing->is_zoned = strcmp(refreshing->type, "timestamp with time zone") == 0;
	refreshing->raw_schema = copy_of(r, row, "raw_schema");
	refreshing->raw_name = copy_of(r, row, "raw_name");
	refreshing->raw_column = copy_of(r, row, "raw_column");
	refreshing->raw = acts_quoted(acts, result_text(r, row, result_column(r, "source_schema")), result_text(r, row, result_column(r, "source")));
	refreshing->now_function = refreshing->is_integer ? acts_now_function(acts, refreshing->schema, refreshing->name) : NULL;
	refreshing->after = copy_of(r, row, "after");
}

static bool find(struct refreshing *refreshing, struct err *err)
{
	struct result *r = NULL;
	bool is_good = session_query_wait(refreshing->acts.session, sql_tracking_aggregate, NULL, 0, ACTS_DEADLINE_MS, &r, err);
	struct words schemas = {0}, names = {0};
	int found = -1;
	for (int row = 0; is_good && row < result_rows(r); row++) {
		words_add(&schemas, result_text(r, row, result_column(r, "schema")));
		words_add(&names, result_text(r, row, result_column(r, "name")));
	}
	is_good = is_good && acts_meant(refreshing->refresh->aggregate, &schemas, &names, &found, err);
	words_done(&schemas);
	words_done(&names);
	if (is_good && found < 0)
		is_good = unknown(refreshing, r, err);
	else if (is_good && result_text(r, found, result_column(r, "bucket")) == NULL)
		is_good = err_set(err, ERR_FAILED, "%s: the catalog does not say by which column it is divided", refreshing->refresh->aggregate);
	else if (is_good)
		take(refreshing, r, found);
	result_free(r);
	return is_good;
}

/* --- the window ------------------------------------------------------------------------------- */

/* A chunk's bound (range_start, range_end) as the aggregate's own time. Caller frees. */
static char *bound_of(const struct refreshing *refreshing, const char *column)
{
	return refreshing->is_integer ? mem_format("c.%s_integer::%s", column, refreshing->type)
	       : refreshing->is_zoned ? mem_format("c.%s", column)
	                              : mem_format("(c.%s at time zone 'UTC')::%s", column, refreshing->type);
}

/* What is now, in that time; caller frees. */
static char *now_of(const struct refreshing *refreshing)
{
	return refreshing->is_integer && refreshing->now_function == NULL ? mem_format("null::%s", refreshing->type)
	       : refreshing->is_integer                                   ? mem_format("%s::%s", refreshing->now_function, refreshing->type)
	                                                                  : mem_format("now()::%s", refreshing->type);
}

/* "select start, end" of what is there of its source, as a subquery r(s, e). Caller frees. */
static char *ranges_of(struct refreshing *refreshing)
{
	struct session *session = refreshing->acts.session;
	char *start = bound_of(refreshing, "range_start"), *end = bound_of(refreshing, "range_end");
	char *schema = session_quote_literal(session, refreshing->raw_schema), *name = session_quote_literal(session, refreshing->raw_name);
	char *ranges = mem_format("(select distinct %s, %s from timescaledb_information.chunks c where c.hypertable_schema = %s and "
	                          "c.hypertable_name = %s) as r(s, e)", start, end, schema, name);
	mem_free(start);
	mem_free(end);
	mem_free(schema);
	mem_free(name);
	return ranges;
}

/* Chunks that retention should have dropped do not count: what is in them may be a rest of what was there. */
static char *window_sql(struct refreshing *refreshing)
{
	struct session *session = refreshing->acts.session;
	const struct tracking_refresh *refresh = refreshing->refresh;
	char *ranges = ranges_of(refreshing), *now = now_of(refreshing);
	char *after = refreshing->after != NULL ? session_quote_literal(session, refreshing->after) : NULL;
	char *from = refresh->from != NULL ? session_quote_literal(session, refresh->from) : NULL;
	char *to = refresh->to != NULL ? session_quote_literal(session, refresh->to) : NULL;
	struct text sql = {0};
	text_addf(&sql, "select w.oldest::text, w.begins::text, w.f::text, w.t::text, coalesce(w.f < w.begins, true), w.f >= w.t from (select min(r.s) as oldest, ");
	if (after != NULL)
		text_addf(&sql, "min(r.s) filter (where r.e > %s - %s::%s) as begins, ", now, after, refreshing->is_integer ? "bigint" : "interval");
	else
		text_add(&sql, "min(r.s) as begins, ");
	if (from != NULL)
		text_addf(&sql, "%s::%s as f, ", from, refreshing->type);
	else if (after != NULL)
		text_addf(&sql, "min(r.s) filter (where r.e > %s - %s::%s) as f, ", now, after, refreshing->is_integer ? "bigint" : "interval");
	else
		text_add(&sql, "min(r.s) as f, ");
	text_addf(&sql, "%s::%s as t from %s) w", to != NULL ? to : now, refreshing->type, ranges);
	mem_free(ranges);
	mem_free(now);
	mem_free(after);
	mem_free(from);
	mem_free(to);
	return text_take(&sql);
}

static bool word_window(struct refreshing *refreshing, struct err *err)
{
	const struct tracking_refresh *refresh = refreshing->refresh;
	if (strncmp(err->sqlstate, "22", 2) != 0)
		return false;
	err_set(err, ERR_USAGE, "%s%s%s: no time that %s can be refreshed from and to", refresh->from != NULL ? refresh->from : "",
	    refresh->to != NULL ? " " : "", refresh->to != NULL ? refresh->to : "", refreshing->shown);
	return err_hint(err, refreshing->is_integer ? "its time is an integer: give whole numbers" : "give times such as 2026-11-01 or '2026-11-01 06:00+00'");
}

static bool find_window(struct refreshing *refreshing, struct err *err)
{
	struct result *r = NULL;
	char *sql = window_sql(refreshing);
	bool is_good = session_query_wait(refreshing->acts.session, sql, NULL, 0, ACTS_DEADLINE_MS, &r, err) || word_window(refreshing, err);
	mem_free(sql);
	if (is_good) {
		refreshing->oldest = mem_copy(result_text(r, 0, 0));
		refreshing->begins = mem_copy(result_text(r, 0, 1));
		refreshing->from = mem_copy(result_text(r, 0, 2));
		refreshing->to = mem_copy(result_text(r, 0, 3));
		refreshing->is_early = result_bool(r, 0, 4);
	}
	if (is_good && refreshing->to == NULL)
		is_good = err_set(err, ERR_USAGE, "%s: its time is an integer, and no integer_now_func says what is now: give FROM and TO", refreshing->shown);
	else if (is_good && refreshing->from == NULL)
		is_good = err_set(err, ERR_FAILED, "%s: %s, of which it is made, has no chunk %s: there is nothing to refresh it from", refreshing->shown,
		    refreshing->source, refreshing->oldest != NULL ? "that its retention would keep" : "at all");
	else if (is_good && result_bool(r, 0, 5))
		is_good = err_set(err, ERR_USAGE, "the window is empty: %s is not before %s", refreshing->from, refreshing->to);
	result_free(r);
	return is_good;
}

/* --- what is there ---------------------------------------------------------------------------- */

/* -1: not counted, *why says why not. */
static int64_t count(struct refreshing *refreshing, const char *sql, int deadline_ms, struct err *why)
{
	struct result *r = NULL;
	int64_t rows = -1;
	if (session_query_wait(refreshing->acts.session, sql, NULL, 0, deadline_ms, &r, why))
		rows = result_int(r, 0, 0, -1);
	result_free(r);
	return rows;
}

int64_t refresh_count(struct refreshing *refreshing, struct err *why)
{
	struct session *session = refreshing->acts.session;
	char *from = session_quote_literal(session, refreshing->from), *to = session_quote_literal(session, refreshing->to);
	char *sql = mem_format("select count(*) from %s v where v.%s >= %s::%s and v.%s < %s::%s", refreshing->view, refreshing->bucket, from,
	    refreshing->type, refreshing->bucket, to, refreshing->type);
	int64_t rows = count(refreshing, sql, ACTS_DEADLINE_MS, why);
	mem_free(sql);
	mem_free(from);
	mem_free(to);
	return rows;
}

/* Where the bucket b ends, in the aggregate's own time; NULL: how wide it is is not known. Caller frees. */
static char *bucket_end_of(struct refreshing *refreshing)
{
	struct session *session = refreshing->acts.session;
	const char *params[] = {refreshing->schema, refreshing->name, refreshing->is_integer ? "true" : "false"};
	struct result *r = NULL;
	struct err ignored;
	char *end = NULL;
	bool is_good = session_query_wait(session, sql_tracking_bucket, params, 3, ACTS_DEADLINE_MS, &r, &ignored) && result_text(r, 0, 0) != NULL;
	char *width = is_good ? session_quote_literal(session, result_text(r, 0, 0)) : NULL;
	char *zone = is_good ? session_quote_literal(session, result_text(r, 0, 1)) : NULL;
	if (is_good && refreshing->is_integer)
		end = mem_format("n.b + %s::bigint", width);
	else if (is_good && refreshing->is_zoned)
		end = mem_format("(n.b at time zone %s + %s::interval) at time zone %s", zone, width, zone);
	else if (is_good)
		end = mem_format("n.b + %s::interval", width);
	mem_free(width);
	mem_free(zone);
	result_free(r);
	return end;
}

/* "(select ...) is null": no raw row lies between; one look into an index. NULL: it cannot be asked. Caller frees. */
static char *none_between(struct refreshing *refreshing, const char *start, const char *end)
{
	if (end == NULL || refreshing->raw_column == NULL)
		return NULL;
	char *column = session_quote_identifier(refreshing->acts.session, refreshing->raw_column);
	/* limit: else the planner reads all raw rows at once */
	char *none = mem_format("(select 1 from %s x where x.%s >= %s and x.%s < %s limit 1) is null", refreshing->raw, column, start, column, end);
	mem_free(column);
	return none;
}

/* Rows whose buckets begin, or reach, where no chunk is left: a refresh finds nothing there, or a rest, and takes them away. With is_deep also where
 * chunks, or buckets, hold no raw row any more. Behind the newest chunk a bucket may reach: there was nothing yet. */
static char *vanishing_sql(struct refreshing *refreshing, const char *end, bool is_deep)
{
	struct session *session = refreshing->acts.session;
	char *from = session_quote_literal(session, refreshing->from), *to = session_quote_literal(session, refreshing->to);
	char *ranges = ranges_of(refreshing);
	char *chunk = is_deep ? none_between(refreshing, "r.s", "r.e") : mem_copy("false"), *none = is_deep ? none_between(refreshing, "n.b", end) : mem_copy("false");
	char *whole = end != NULL ? mem_format("%s <= t.t", end) : mem_copy("n.b < t.t"), *reaches = end != NULL ? mem_format("%s > h.s", end) : mem_copy("n.b >= h.s");
	const char *type = refreshing->type, *bucket = refreshing->bucket;
	char *sql = mem_format(
	    "with t as (select %s::%s as f, %s::%s as t), "
	    "there as materialized (select r.s, r.e from %s, t where r.e <= t.f or r.s >= t.t or not %s), "
	    "hole as materialized (select c.before as s, c.s as e from (select r.s, max(r.e) over (order by r.s, r.e rows between unbounded preceding and "
	    "1 preceding) as before from there r) c where c.before < c.s), "
	    "edge as (select min(r.s) as s, max(r.e) as e from there r), "
	    "filled as materialized (select n.b, n.rows from t, lateral (select v.%s as b, count(*) as rows from %s v where v.%s >= t.f and v.%s < t.t group by 1) n "
	    "where %s) "
	    "select coalesce(sum(n.rows), 0) from filled n, edge where edge.s is null or n.b < edge.s or n.b >= edge.e or "
	    "exists (select from hole h where n.b < h.e and %s) or %s",
	    from, type, to, type, ranges, chunk, bucket, refreshing->view, bucket, bucket, whole, reaches, none);
	char *const parts[] = {from, to, ranges, chunk, none, whole, reaches};
	for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++)
		mem_free(parts[i]);
	return sql;
}

static int64_t count_vanishing(struct refreshing *refreshing, struct err *why)
{
	char *end = bucket_end_of(refreshing);
	bool is_deep = end != NULL && refreshing->raw_column != NULL;
	char *sql = vanishing_sql(refreshing, end, is_deep);
	int64_t rows = count(refreshing, sql, is_deep ? DEEP_DEADLINE_MS : ACTS_DEADLINE_MS, why);
	mem_free(sql);
	if (rows < 0 && is_deep && strcmp(why->sqlstate, "42501") != 0) {
		/* many buckets, a chunk that somebody holds, a time that is made of something else: what the ranges of the chunks say counts */
		report_log(refreshing->acts.report, "whether raw rows were deleted from chunks that are there could not be seen (%s)", why->text);
		err_clear(why);
		sql = vanishing_sql(refreshing, end, false);
		rows = count(refreshing, sql, ACTS_DEADLINE_MS, why);
		mem_free(sql);
	}
	mem_free(end);
	return rows;
}

bool refresh_is_beyond(const struct refreshing *refreshing)
{
	return refreshing->is_early || refreshing->vanishing != 0;
}

bool refresh_look(struct refreshing *refreshing, struct err *err)
{
	refreshing->rows = refreshing->vanishing = refreshing->rows_after = -1;
	if (!find(refreshing, err) || !find_window(refreshing, err))
		return false;
	struct err why = {0};
	refreshing->rows = refresh_count(refreshing, &why);
	refreshing->vanishing = strcmp(why.sqlstate, "42501") == 0 ? -1 : count_vanishing(refreshing, &why);
	/* who may not even read it is told so, instead of being asked for more */
	if (strcmp(why.sqlstate, "42501") == 0) {
		*err = why;
		return err_prefix(err, "%s", refreshing->shown);
	}
	return true;
}

void refresh_forget(struct refreshing *refreshing)
{
	char *const texts[] = {refreshing->schema, refreshing->name, refreshing->shown, refreshing->source, refreshing->view, refreshing->bucket,
	    refreshing->type, refreshing->raw_schema, refreshing->raw_name, refreshing->raw, refreshing->raw_column, refreshing->now_function, refreshing->after, refreshing->oldest,
	    refreshing->begins, refreshing->from, refreshing->to};
	for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
		mem_free(texts[i]);
}

void refresh_done(struct refreshing *refreshing)
{
	refresh_forget(refreshing);
	acts_close(&refreshing->acts);
}

/* --- what a policy would erase ---------------------------------------------------------------- */

/* Where the policy's window begins, as the server reckons; caller frees, NULL: nothing says it. */
static char *policy_from(struct acts *acts, const struct job_row *row)
{
	struct result *r = NULL;
	struct err ignored;
	char *from = NULL;
	if (row->start_offset == NULL)
		return mem_copy(!row->is_integer_time                       ? "-infinity"
		                : strcmp(row->column_type, "smallint") == 0 ? "-32768"
		                : strcmp(row->column_type, "integer") == 0  ? "-2147483648"
		                                                            : "-9223372036854775808");
	if (row->is_integer_time && row->now_function == NULL)
		return NULL;
	bool is_good = row->is_integer_time
	                   ? session_queryf_wait(acts->session, ACTS_DEADLINE_MS, &r, &ignored, "select (%s - %L::bigint)::text", row->now_function, row->start_offset)
	                   : session_queryf_wait(acts->session, ACTS_DEADLINE_MS, &r, &ignored, "select (now() - %L::interval)::text", row->start_offset);
	if (is_good)
		from = mem_copy(result_text(r, 0, 0));
	result_free(r);
	return from;
}

bool job_weigh(struct acts *acts, struct job_row *row, struct err *err)
{
	row->vanishing = 0;
	if (strcmp(row->kind, "refresh") != 0 || row->name == NULL)
		return true;
	char *name = mem_format("%s.%s", row->schema, row->name), *from = policy_from(acts, row);
	const struct tracking_refresh refresh = {.aggregate = name, .from = from};
	struct refreshing refreshing = {.acts = *acts, .refresh = &refresh};
	struct err own = {0};
	/* without a single raw chunk, or without a now, there is no window to count */
	bool is_good = from != NULL && refresh_look(&refreshing, &own);
	row->vanishing = is_good ? refreshing.vanishing : -1;
	refresh_forget(&refreshing);
	mem_free(from);
	mem_free(name);
	if (!is_good && acts_is_over(acts, &own)) {
		*err = own;
		return false;
	}
	return true;
}
