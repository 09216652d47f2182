/* FACT_CHUNKS: one row a hypertable and continuous aggregate, with the verdict on its retention. */
#include <string.h>

#include "internal.h"
#include "pgtend/core/mem.h"
#include "pgtend/core/units.h"
#include "pgtend/timescale/shapes.h"
#include "pgtend/sql_embedded.h"

static const struct table_column columns[] = {CHUNKS_COLUMNS};
const struct table_shape chunks_shape = {"chunks", columns, sizeof columns / sizeof *columns};

enum { DEADLINE_MS = 10000 };

/* One question under way. */
struct look {
	const struct probe_target *target;
	struct session *session;
	const struct result *ranges; /* of sql/chunks.sql, row by row as in the table */
	const struct table *policies;
	struct table *table;
};

static const char *text_of(const struct look *look, int row, const char *column)
{
	return result_text(look->ranges, row, result_column(look->ranges, column));
}

static int64_t int_of(const struct look *look, int row, const char *column, int64_t otherwise)
{
	return result_int(look->ranges, row, result_column(look->ranges, column), otherwise);
}

static bool bool_of(const struct look *look, int row, const char *column)
{
	return result_bool(look->ranges, row, result_column(look->ranges, column));
}

/* Negative when not known. */
static double seconds_of(const struct look *look, int row, const char *column)
{
	const char *value = text_of(look, row, column);
	double seconds;

	return value && units_parse_duration_s(value, &seconds) ? seconds : -1;
}

/* Sizes come from the same question as those of TABLES, so that two panes never show two numbers. */
static void set_sizes(const struct result *sizes, int from, struct table *table, int row)
{
	int64_t before = result_int(sizes, from, result_column(sizes, "bytes_before"), -1);
	int64_t after = result_int(sizes, from, result_column(sizes, "bytes_after"), -1);

	table_set_parsed(table, row, "rows", result_text(sizes, from, result_column(sizes, "rows")));
	table_set_parsed(table, row, "bytes", result_text(sizes, from, result_column(sizes, "total_bytes")));
	if (!result_bool(sizes, from, result_column(sizes, "is_exact")))
		table_set_approximate(table, row, "bytes");
	if (before >= 0)
		table_set_int(table, row, "bytes_before", before);
	if (after >= 0)
		table_set_int(table, row, "bytes_after", after);
	if (before > 0 && after > 0)
		table_set_real(table, row, "ratio", (double)before / (double)after);
}

static bool ask_sizes(const struct look *look, struct err *err)
{
	struct result *sizes = NULL;
	bool is_answered = probe_query_hypertables(look->target->database, look->session, &sizes, err);

	for (int from = 0; is_answered && from < result_rows(sizes); from++) {
		const char *schema = result_text(sizes, from, result_column(sizes, "schema"));
		const char *name = result_text(sizes, from, result_column(sizes, "name"));

		for (int row = 0; row < table_rows(look->table); row++)
			if (strcmp(table_get_text(look->table, row, "name"), name) == 0 &&
			    strcmp(table_get_text(look->table, row, "schema"), schema) == 0)
				set_sizes(sizes, from, look->table, row);
	}
	result_free(sizes);
	return is_answered;
}

/* Integer time: the table's own function says what "now" is. Counts the chunks that end before now - drop_after. */
static int64_t count_past_integers(const struct look *look, int row)
{
	const char *function = text_of(look, row, "integer_now_func");
	const char *ends = text_of(look, row, "integer_ends");
	struct result *result = NULL;
	struct err ignored;
	struct words words = {0};
	int64_t past = 0;
	int64_t end;

	if (!function || !ends)
		return 0;
	if (session_queryf_wait(look->session, DEADLINE_MS, &result, &ignored, "select %I.%I()",
	                        text_of(look, row, "integer_now_func_schema"), function) &&
	    result_rows(result) == 1 && result_text(result, 0, 0)) {
		int64_t cutoff;

		if (!__builtin_sub_overflow(result_int(result, 0, 0, 0), int_of(look, row, "after_integer", 0), &cutoff)) {
			words_split(&words, ends, "{,}");
			for (size_t i = 0; i < words.count; i++)
				past += units_parse_int(words.v[i], &end) && end <= cutoff;
		}
	}
	words_done(&words);
	result_free(result);
	return past;
}

static void set_late_bytes(const struct look *look, int row)
{
	const char *oids = text_of(look, row, "past_oids");
	const char *sql = probe_is_before_219(look->target->database) ? sql_timescale_chunks_bytes_218 : sql_timescale_chunks_bytes;
	struct result *result = NULL;
	struct err err = {0};

	if (!oids)
		return;
	/* a verdict without its bytes is still a verdict */
	if (probe_query_sizes(look->session, sql, &oids, 1, &result, &err) && result_rows(result) == 1)
		table_set_parsed(look->table, row, "late_bytes", result_text(result, 0, 0));
	else
		table_set_missing(look->table, row, "late_bytes", err.kind == ERR_TIMEOUT ? MISSING_TIMEOUT : MISSING_LOCKED);
	result_free(result);
}

static void judge(const struct look *look, int row)
{
	bool is_integer = bool_of(look, row, "is_integer");
	struct chunks_due retention = {
		.chunks = is_integer ? count_past_integers(look, row) : int_of(look, row, "past_chunks", 0),
		.since_s = is_integer ? -1 : seconds_of(look, row, "past_s"),
	};
	struct chunks_due compression = {.since_s = -1};

	chunks_judge(look->target, look->policies, look->table, row, &retention, &compression);
	int64_t late = table_get_int(look->table, row, "late_chunks", -1);
	if (late == 0)
		table_set_int(look->table, row, "late_bytes", 0);
	else if (late > 0 && is_integer)
		table_set_missing(look->table, row, "late_bytes", MISSING_UNSUPPORTED);
	else if (late > 0)
		set_late_bytes(look, row);
}

static void finish_row(const struct look *look, int row)
{
	static const char *const times[] = {"oldest", "newest", "chunk_interval_s", "drop_after_s", "compress_after_s", NULL};

	judge(look, row);
	if (bool_of(look, row, "is_integer"))
		probe_mark_missing(look->table, row, times, MISSING_UNSUPPORTED);
}

static bool ask(const struct probe_target *target, struct session *session, struct table *table, struct err *err)
{
	struct result *ranges = NULL;

	if (!target->database->has_timescaledb)
		return true;
	struct table *policies = table_new(&policies_shape);
	bool is_answered = policies_read(target, session, policies, err) &&
	                   session_query_wait(session, sql_timescale_chunks, NULL, 0, DEADLINE_MS, &ranges, err);

	if (is_answered) {
		struct look look = {target, session, ranges, policies, table};

		result_fill(ranges, table);
		is_answered = ask_sizes(&look, err);
		for (int row = 0; is_answered && row < table_rows(table); row++)
			finish_row(&look, row);
	}
	result_free(ranges);
	table_free(policies);
	return is_answered;
}

const struct probe probe_chunks = {
	.fact = FACT_CHUNKS,
	.name = "chunks",
	.scope = PROBE_DATABASE,
	.tier = TIER_MINUTE,
	.deadline_ms = DEADLINE_MS,
	.shape = &chunks_shape,
	.ask = ask,
};
