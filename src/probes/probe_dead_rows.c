/* FACT_DEAD_ROWS: the few tables with most dead rows, cheap enough for every look at the whole fleet. */
#include "internal.h"
#include "pgtend/probes/shapes.h"
#include "pgtend/sql_embedded.h"

static const struct table_column columns[] = {DEAD_ROWS_COLUMNS};
const struct table_shape dead_rows_shape = {"dead_rows", columns, sizeof columns / sizeof *columns};

enum { DEADLINE_MS = 5000 };

static bool ask(const struct probe_target *target, struct session *session, struct table *table, struct err *err)
{
	struct result *result = NULL;

	(void)target;
	bool is_answered = session_query_wait(session, sql_probes_dead_rows, NULL, 0, DEADLINE_MS, &result, err);

	if (is_answered)
		result_fill(result, table);
	result_free(result);
	return is_answered;
}

const struct probe probe_dead_rows = {
	.fact = FACT_DEAD_ROWS,
	.name = "dead_rows",
	.scope = PROBE_DATABASE,
	.tier = TIER_MINUTE,
	.deadline_ms = DEADLINE_MS,
	.shape = &dead_rows_shape,
	.ask = ask,
};
