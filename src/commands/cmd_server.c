/* server: one row a server. */
#include "gather.h"
#include "pgtend/probes/shapes.h"

static const struct table_column columns[] = {
	{"server", CELL_TEXT, "server", 0, "Address of the server."},
	SERVER_COLUMNS,
};
static const struct table_shape shape = {"server", columns, sizeof columns / sizeof *columns};

static bool run(struct action *action, struct err *err)
{
	static const enum fact facts[] = {FACT_SERVER, FACT_COUNT};

	report_rows(action->report, gather_servers(action, facts, FACT_SERVER, &shape));
	return gather_server_verdict(action, FACT_SERVER, err);
}

const struct verb verb_server = {
	.name = "server",
	.scope = VERB_READS,
	.level = GUARD_L0,
	.title = "Show each server in one row",
	.help = "Version, since when it runs, connections that it allows, its memory, what its log holds, which settings wait for a restart. "
			"`replication`, `wal`, `wraparound`, `disk` and `settings` tell more.",
	.example = "pgtend server --format json",
	.shape = &shape,
	.run = run,
};
