/* FACT_CHUNK_LIST: one row a chunk, or for several where a hypertable has very many. */
#include <stdio.h>
#include <string.h>

#include "hypertables.h"
#include "pgtend/sql_embedded.h"
#include "pgtend/timescale/timescale.h"

static const struct table_column columns[] = {CHUNK_LIST_COLUMNS};
const struct table_shape chunk_list_shape = {"chunk_list", columns, sizeof columns / sizeof *columns};

static const char *const size_columns[] = {"rows", "bytes", NULL};

enum { DEADLINE_MS = 10000, MOST_ROWS = 1000 /* a hypertable */ };

static void set_range(const struct hypertables *all, int hypertable, const struct result *result, int from, struct table *table, int row)
{
	const char *starts = result_text(result, from, result_column(result, "starts"));
	const char *ends = result_text(result, from, result_column(result, "ends"));

	if (hypertables_is_integer(all, hypertable)) {
		table_set_parsed(table, row, "range_start_integer", starts);
		table_set_parsed(table, row, "range_end_integer", ends);
	} else {
		hypertables_set_time(table, row, "range_start", starts);
		hypertables_set_time(table, row, "range_end", ends);
	}
}

static void fill(const struct hypertables *all, const struct result *result, struct table *table)
{
	int first = table_rows(table);

	result_fill(result, table);
	for (int from = 0; from < result_rows(result); from++) {
		int row = first + from;
		int hypertable = hypertables_row(all, result_text(result, from, result_column(result, "key")));

		if (hypertable < 0)
			continue; /* made since */
		table_set_text(table, row, "schema", hypertables_text(all, hypertable, "schema"));
		table_set_text(table, row, "name", hypertables_text(all, hypertable, "name"));
		set_range(all, hypertable, result, from, table, row);
		if (all->unsized)
			probe_mark_missing(table, row, size_columns, all->unsized);
		else if (!result_bool(result, from, result_column(result, "is_exact")))
			table_set_approximate(table, row, "bytes");
	}
	for (int row = table_rows(table) - 1; row >= first; row--)
		if (!table_get_text(table, row, "name"))
			table_remove_row(table, row);
}

bool chunk_list_read(const struct probe_target *target, struct session *session, const char *only, int64_t most,
                     struct table *table, struct err *err)
{
	struct hypertables all = {0};
	struct result *result = NULL;
	char number[24];
	const char *params[] = {most > 0 ? number : NULL};

	snprintf(number, sizeof number, "%lld", (long long)most);
	bool is_answered = hypertables_read(&all, target, session, only, err) &&
	                   hypertables_ask(&all, sql_timescale_chunk_list, params, 1, &result, err);

	if (is_answered)
		fill(&all, result, table);
	result_free(result);
	hypertables_done(&all);
	return is_answered;
}

static bool ask(const struct probe_target *target, struct session *session, struct table *table, struct err *err)
{
	return !target->database->has_timescaledb || chunk_list_read(target, session, NULL, MOST_ROWS, table, err);
}

const struct probe probe_chunk_list = {
	.fact = FACT_CHUNK_LIST,
	.name = "chunk list",
	.scope = PROBE_DATABASE,
	.tier = TIER_MINUTE,
	.deadline_ms = DEADLINE_MS,
	.shape = &chunk_list_shape,
	.ask = ask,
};
