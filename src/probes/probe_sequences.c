/* FACT_SEQUENCES: sequences, and how far each is on its way to its end. */
#include "internal.h"
#include "pgtend/probes/shapes.h"
#include "pgtend/sql_embedded.h"

static const struct table_column columns[] = {SEQUENCES_COLUMNS};
const struct table_shape sequences_shape = {"sequences", columns, sizeof columns / sizeof *columns};

enum { DEADLINE_MS = 10000 };

static const char *const read_columns[] = {"last_value", "used", "values_left", NULL};

static bool ask(const struct probe_target *target, struct session *session, struct table *table, struct err *err)
{
	struct result *result = NULL;

	(void)target;
	bool is_answered = probe_query_sizes(session, sql_probes_sequences, NULL, 0, &result, err);

	if (is_answered)
		result_fill(result, table);
	for (int row = 0; is_answered && row < table_rows(table); row++) {
		if (probe_flag(result, row, "is_locked"))
			probe_mark_missing(table, row, read_columns, MISSING_LOCKED);
		else if (probe_flag(result, row, "is_hidden"))
			probe_mark_missing(table, row, read_columns, MISSING_PRIVILEGE);
	}
	result_free(result);
	return is_answered;
}

const struct probe probe_sequences = {
	.fact = FACT_SEQUENCES,
	.name = "sequences",
	.scope = PROBE_DATABASE,
	.tier = TIER_HOUR,
	.deadline_ms = DEADLINE_MS,
	.shape = &sequences_shape,
	.ask = ask,
};
