/* FACT_AGGREGATES: how fresh each continuous aggregate is, and whether its refresh policy erases what it alone still holds. */
#include <stdlib.h>
#include <string.h>

#include "ingest.h"
#include "pgtend/core/mem.h"
#include "pgtend/core/units.h"
#include "pgtend/sql_embedded.h"

static const struct table_column columns[] = {AGGREGATES_COLUMNS};
const struct table_shape aggregates_shape = {"aggregates", columns, sizeof columns / sizeof *columns};

enum { DEADLINE_MS = 10000 };

/* One look at all aggregates of a database. */
struct look {
	const struct probe_target *target;
	struct session *session;
	const struct result *found; /* of sql/aggregates*.sql, row by row as in the table */
	const struct table *policies;
	struct table *table;
	bool is_by_views;           /* the catalog could not be read: neither numbers of hypertables nor watermarks */
};

static const char *text_of(const struct look *look, int row, const char *column)
{
	return result_text(look->found, row, result_column(look->found, column));
}

static int64_t int_of(const struct look *look, int row, const char *column, int64_t otherwise)
{
	return result_int(look->found, row, result_column(look->found, column), otherwise);
}

static bool bool_of(const struct look *look, int row, const char *column)
{
	return result_bool(look->found, row, result_column(look->found, column));
}

/* --- which of its policies ---------------------------------------------------------------------- */

static bool is_refresh_of(const struct look *look, int job, int64_t hypertable_id)
{
	const char *kind = table_get_text(look->policies, job, "kind");

	return kind && strcmp(kind, "refresh") == 0 && table_get_int(look->policies, job, "hypertable_id", -1) == hypertable_id;
}

/* An aggregate may have several: the one that comes nearest to now keeps it fresh. -1: none. */
static int freshest_job(const struct look *look, int64_t hypertable_id)
{
	int best = -1;

	for (int job = 0; job < table_rows(look->policies); job++)
		if (is_refresh_of(look, job, hypertable_id) &&
		    (best < 0 || table_get_real(look->policies, job, "end_offset_s", 0) < table_get_real(look->policies, best, "end_offset_s", 0)))
			best = job;
	return best;
}

/* How far back a job looks, in the units of its time; no value: to the beginning. */
static const struct cell *start_of(const struct look *look, int job)
{
	const struct cell *units = table_get(look->policies, job, "start_offset_integer");

	return units->has_value ? units : table_get(look->policies, job, "start_offset_s");
}

static double start_number(const struct look *look, int job)
{
	return table_get_real(look->policies, job, "start_offset_s", (double)table_get_int(look->policies, job, "start_offset_integer", 0));
}

/* The one that reaches furthest back: it may erase though another keeps the aggregate fresh. */
static int furthest_job(const struct look *look, int64_t hypertable_id)
{
	int best = -1;

	for (int job = 0; job < table_rows(look->policies); job++) {
		if (!is_refresh_of(look, job, hypertable_id))
			continue;
		if (!start_of(look, job)->has_value)
			return job;
		if (best < 0 || start_number(look, job) > start_number(look, best))
			best = job;
	}
	return best;
}

/* When what it is made of is dropped, in the units of its time; negative: never. */
static double raw_drop_after(const struct look *look, int row)
{
	int job = policies_find(look->policies, "retention", int_of(look, row, "raw_hypertable_id", -1));

	return job < 0 ? -1 : table_get_real(look->policies, job, "after_s", (double)table_get_int(look->policies, job, "after_integer", -1));
}

/* --- verdict ------------------------------------------------------------------------------------ */

/* Age of the newest row of a hypertable: as FACT_INGEST last had it, else asked. Negative: not known. */
static double raw_lag(const struct look *look, int row)
{
	const struct facts *facts = &look->target->database->facts[FACT_INGEST];
	const char *schema = text_of(look, row, "raw_schema");
	const char *name = text_of(look, row, "raw_name");

	/* made of another aggregate: no newer than that one */
	for (int i = 0; i < result_rows(look->found); i++)
		if (int_of(look, i, "mat_hypertable_id", -1) == int_of(look, row, "raw_hypertable_id", -2))
			return table_get_real(look->table, i, "lag_s", -1);
	for (int i = 0; facts->table && i < table_rows(facts->table); i++)
		if (!table_get_text(facts->table, i, "source") && strcmp(table_get_text(facts->table, i, "name"), name) == 0 &&
		    strcmp(table_get_text(facts->table, i, "schema"), schema) == 0 && table_get(facts->table, i, "lag_s")->has_value &&
		    !table_get(facts->table, i, "lag_s")->is_approximate)
			return table_get_real(facts->table, i, "lag_s", -1) + (double)(units_now_us() - facts->taken_us) / 1e6;
	return ingest_newest_age(look->target, look->session, schema, name);
}

/* Of a bucket of months; negative: it has none. */
static double widest_s(const struct look *look, int row)
{
	const char *widest = text_of(look, row, "widest_s");

	return widest ? strtod(widest, NULL) : -1;
}

static void look_at(const struct look *look, int row, int job, struct policy_look *policy)
{
	policy_look_fill(look->target, look->policies, job, policy);
	policy->kind = POLICY_REFRESH;
	policy->is_integer = policy->is_integer || bool_of(look, row, "is_integer");
	policy->is_behind = bool_of(look, row, "is_behind");
	policy->lag_s = table_get_real(look->table, row, "lag_s", -1);
	policy->bucket_s = table_get_real(look->table, row, "bucket_s", widest_s(look, row));
	policy->raw_drop_after_s = raw_drop_after(look, row);
	/* asked only where it may excuse: nothing newer came */
	double may_be = (policy->end_offset_s > 0 ? policy->end_offset_s : 0) + (policy->bucket_s > 0 ? policy->bucket_s : 0) + policy->schedule_s;

	policy->raw_lag_s = policy->lag_s > may_be || policy->lag_s < 0 ? raw_lag(look, row) : -1;
}

static void set_job(const struct look *look, int row, int job)
{
	static const char *const real[] = {"start_offset_s", "end_offset_s"};

	table_set_int(look->table, row, "refresh_job_id", table_get_int(look->policies, job, "job_id", 0));
	table_set_text(look->table, row, "refresh_state", table_get_text(look->policies, job, "state"));
	for (size_t i = 0; i < sizeof real / sizeof *real; i++) {
		const struct cell *cell = table_get(look->policies, job, real[i]);

		if (cell->has_value)
			table_set_real(look->table, row, real[i], cell->u.real);
		else if (cell->missing != MISSING_NONE)
			table_set_missing(look->table, row, real[i], cell->missing);
	}
}

static bool is_erasing(const struct look *look, int row, int job)
{
	double raw_s = raw_drop_after(look, row);
	const struct cell *start = start_of(look, job);

	return raw_s >= 0 && start->missing == MISSING_NONE && (!start->has_value || start_number(look, job) > raw_s);
}

static void judge(const struct look *look, int row)
{
	int64_t id = int_of(look, row, "mat_hypertable_id", -1);
	const char *schema = table_get_text(look->table, row, "schema");
	const char *name = table_get_text(look->table, row, "name");
	char *relation = strcmp(schema, "public") == 0 ? mem_copy(name) : mem_format("%s.%s", schema, name);
	int job = freshest_job(look, id);
	int furthest = furthest_job(look, id);
	bool erases = furthest >= 0 && is_erasing(look, row, furthest);
	struct policy_verdict verdict;
	struct policy_look policy;

	if (erases)
		job = furthest;
	look_at(look, row, job, &policy);
	policy.relation = relation;
	policy_judge(&policy, &verdict);
	if (job >= 0) {
		set_job(look, row, job);
		table_set_int(look->table, row, "is_erasing", erases);
		if (!policy.is_integer)
			table_set_real(look->table, row, "late_s", verdict.late_s);
	}
	if (policy.raw_drop_after_s >= 0)
		table_set_real(look->table, row, "raw_drop_after_s", policy.raw_drop_after_s);
	table_set_text(look->table, row, "verdict", verdict.verdict);
	table_set_text(look->table, row, "cause", verdict.cause);
	table_set_text(look->table, row, "mend", verdict.mend);
	policy_verdict_done(&verdict);
	mem_free(relation);
}

static void finish_row(const struct look *look, int row)
{
	static const char *const times[] = {"bucket_s", "watermark", "lag_s", "start_offset_s", "end_offset_s", "raw_oldest", "raw_drop_after_s", "late_s", NULL};
	static const char *const hidden[] = {"bucket_s", "watermark", "lag_s", "late_s", NULL};

	judge(look, row);
	if (bool_of(look, row, "is_integer"))
		probe_mark_missing(look->table, row, times, MISSING_UNSUPPORTED);
	if (look->is_by_views)
		probe_mark_missing(look->table, row, hidden, MISSING_VERSION);
}

/* --- the probe ------------------------------------------------------------------------------------ */

static bool ask_shape(const struct look *look, const char **sql, struct err *err)
{
	struct result *result = NULL;
	bool is_answered = session_query_wait(look->session, sql_timescale_aggregates_shape, NULL, 0, DEADLINE_MS, &result, err);
	const char *shape = is_answered && result_rows(result) == 1 ? result_text(result, 0, 0) : NULL;

	*sql = sql_timescale_aggregates_views;
	if (shape && strcmp(shape, "212") == 0)
		*sql = sql_timescale_aggregates;
	else if (shape && strcmp(shape, "211") == 0)
		*sql = sql_timescale_aggregates_211;
	result_free(result);
	return is_answered;
}

static bool read_all(const struct look *look, struct result **found, bool *is_by_views, struct err *err)
{
	const char *sql;

	if (!ask_shape(look, &sql, err))
		return false;
	*is_by_views = sql == sql_timescale_aggregates_views;
	if (session_query_wait(look->session, sql, NULL, 0, DEADLINE_MS, found, err))
		return true;
	/* not what it seemed to be: the extension was updated in between */
	if (*is_by_views || (strncmp(err->sqlstate, "42", 2) != 0 && strcmp(err->sqlstate, "3F000") != 0))
		return false;
	result_free(*found);
	*found = NULL;
	*is_by_views = true;
	err_clear(err);
	return session_query_wait(look->session, sql_timescale_aggregates_views, NULL, 0, DEADLINE_MS, found, err);
}

static bool ask(const struct probe_target *target, struct session *session, struct table *table, struct err *err)
{
	struct result *found = NULL;

	if (!target->database->has_timescaledb)
		return true;
	struct table *policies = table_new(&policies_shape);
	struct look look = {.target = target, .session = session, .policies = policies, .table = table};
	bool is_answered = read_all(&look, &found, &look.is_by_views, err) &&
	                   (result_rows(found) == 0 || policies_read(target, session, policies, err));

	look.found = found;
	if (is_answered) {
		result_fill(found, table);
		for (int row = 0; row < table_rows(table); row++)
			finish_row(&look, row);
	}
	result_free(found);
	table_free(policies);
	return is_answered;
}

const struct probe probe_aggregates = {
	.fact = FACT_AGGREGATES,
	.name = "aggregates",
	.scope = PROBE_DATABASE,
	.tier = TIER_MINUTE,
	.deadline_ms = DEADLINE_MS,
	.shape = &aggregates_shape,
	.ask = ask,
};
