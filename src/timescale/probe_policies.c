/* FACT_POLICIES: one row a job of TimescaleDB. */
#include <string.h>

#include "internal.h"
#include "pgtend/timescale/shapes.h"
#include "pgtend/sql_embedded.h"

static const struct table_column columns[] = {POLICIES_COLUMNS};
const struct table_shape policies_shape = {"policies", columns, sizeof columns / sizeof *columns};

enum { DEADLINE_MS = 5000 };

static const char *const error_columns[] = {"last_error", "last_sqlstate", NULL};

static bool ask(const struct probe_target *target, struct session *session, struct table *table, struct err *err)
{
	struct result *result = NULL;

	if (!target->database->has_timescaledb)
		return true;
	bool is_answered = session_query_wait(session, sql_timescale_policies, NULL, 0, DEADLINE_MS, &result, err);

	if (is_answered)
		result_fill(result, table);
	/* job_errors has no rows for those who may not see them: that is not the same as no errors */
	for (int row = 0; is_answered && row < table_rows(table); row++) {
		const char *state = table_get_text(table, row, "state");

		if (table_get_int(table, row, "failures", 0) > 0)
			probe_mark_missing(table, row, error_columns, MISSING_PRIVILEGE);
		/* without a scheduler nobody starts a job but people */
		if (!target->server->has[CAP_ACTIVITY] && state && strcmp(state, "never ran") == 0)
			table_set_text(table, row, "state", "by hand");
	}
	result_free(result);
	return is_answered;
}

const struct probe probe_policies = {
	.fact = FACT_POLICIES,
	.name = "policies",
	.scope = PROBE_DATABASE,
	.tier = TIER_MINUTE,
	.deadline_ms = DEADLINE_MS,
	.shape = &policies_shape,
	.ask = ask,
};
