/* FACT_POLICIES: one row a job of TimescaleDB. */
#include "internal.h"

enum { DEADLINE_MS = 5000 };

static bool ask(const struct probe_target *target, struct session *session, struct table *table, struct err *err)
{
	if (!target->database->has_timescaledb)
		return true;
	if (!policies_read(target, session, table, err))
		return false;
	for (int row = 0; row < table_rows(table); row++) {
		struct policy_look look;
		struct policy_verdict verdict;

		policy_look_fill(target, table, row, &look);
		look.relation = table_get_text(table, row, "name");
		policy_judge_job(&look, &verdict);
		table_set_text(table, row, "cause", verdict.cause);
		table_set_text(table, row, "mend", verdict.mend);
		policy_verdict_done(&verdict);
	}
	return true;
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
