/* replication: standbys, slots, receivers, subscriptions of each server. */
#include "gather.h"
#include "pgtend/probes/shapes.h"

static const struct table_column columns[] = {
	{"server", CELL_TEXT, "server", 1, "Address of the server that tells it."},
	REPLICATION_COLUMNS,
};
static const struct table_shape shape = {"replication", columns, sizeof columns / sizeof *columns};

static bool run(struct action *action, struct err *err)
{
	static const enum fact facts[] = {FACT_REPLICATION, FACT_COUNT};
	struct table *all = gather_servers(action, facts, FACT_REPLICATION, &shape);

	gather_hint_grant(action, all, "pg_read_all_stats");
	report_rows(action->report, all);
	return gather_server_verdict(action, FACT_REPLICATION, err);
}

const struct verb verb_replication = {
	.name = "replication",
	.scope = VERB_READS,
	.level = GUARD_L0,
	.title = "Show standbys, slots and what they keep",
	.help = "One row a standby that follows the server, a slot with the log that is kept for it, the receiver of a server that is a standby itself, a "
			"subscription. A standby that has replayed everything has a lag of nothing, also when the primary rests.",
	.example = "pgtend replication core --format json",
	.shape = &shape,
	.run = run,
};
