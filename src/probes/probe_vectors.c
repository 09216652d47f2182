/* FACT_VECTORS: columns of pgvector and the indexes over them. */
#include <stdlib.h>

#include "internal.h"
#include "pgtend/probes/shapes.h"
#include "pgtend/probes/vectors.h"
#include "pgtend/sql_embedded.h"

static const struct table_column columns[] = {VECTORS_COLUMNS};
const struct table_shape vectors_shape = {"vectors", columns, sizeof columns / sizeof *columns};

enum { DEADLINE_MS = 10000 };

static bool flag_of(const struct result *result, int row, const char *column)
{
	return result_bool(result, row, result_column(result, column));
}

static void finish_row(const struct result *result, struct table *table, int row)
{
	static const char *const counted[] = {"without", "without_ratio", NULL};
	const struct cell *rows = table_get(table, row, "rows"), *share = table_get(table, row, "without_ratio");

	if (share->has_value && rows->has_value) {
		table_set_int(table, row, "without", (int64_t)(share->u.real * (double)rows->u.integer + 0.5));
		table_set_approximate(table, row, "without");
		table_set_approximate(table, row, "without_ratio");
	} else if (!flag_of(result, row, "may_read")) {
		probe_mark_missing(table, row, counted, MISSING_PRIVILEGE);
	}
	if (rows->has_value)
		table_set_approximate(table, row, "rows");
	if (table_get(table, row, "index_bytes")->has_value)
		table_set_approximate(table, row, "index_bytes");
	table_set_int(table, row, "is_exact", false);
	if (flag_of(result, row, "is_busy"))
		table_set_missing(table, row, "is_exact", MISSING_LOCKED);
}

static bool ask(const struct probe_target *target, struct session *session, struct table *table, struct err *err)
{
	struct result *result = NULL;

	(void)target;
	bool is_answered = session_query_wait(session, sql_probes_vectors, NULL, 0, DEADLINE_MS, &result, err);

	if (is_answered) {
		result_fill(result, table);
		for (int row = 0; row < table_rows(table); row++)
			finish_row(result, table, row);
		vectors_advise(table);
	}
	result_free(result);
	return is_answered;
}

const struct probe probe_vectors = {
	.fact = FACT_VECTORS,
	.name = "vectors",
	.scope = PROBE_DATABASE,
	.tier = TIER_HOUR,
	.deadline_ms = DEADLINE_MS,
	.shape = &vectors_shape,
	.ask = ask,
};
