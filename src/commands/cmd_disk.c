/* disk: what lies where on each server. */
#include "gather.h"
#include "pgtend/probes/shapes.h"

static const struct table_column columns[] = {
	{"server", CELL_TEXT, "server", 1, "Address of the server."},
	DISK_COLUMNS,
};
static const struct table_shape shape = {"disk", columns, sizeof columns / sizeof *columns};

static bool run(struct action *action, struct err *err)
{
	static const enum fact facts[] = {FACT_DISK, FACT_COUNT};
	struct table *all = gather_servers(action, facts, FACT_DISK, &shape);

	gather_hint_grant(action, all, "pg_monitor");
	report_rows(action->report, all);
	return gather_server_verdict(action, FACT_DISK, err);
}

const struct verb verb_disk = {
	.name = "disk",
	.scope = VERB_READS,
	.level = GUARD_L0,
	.title = "Show what lies in which folder of the server",
	.help = "Tablespaces, the log, and temporary files of queries at work, with their sizes. PostgreSQL does not tell how much is free: that is known where the "
			"server runs on the machine that pgtend runs on.",
	.example = "pgtend disk --format json",
	.shape = &shape,
	.run = run,
};
