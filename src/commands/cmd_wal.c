/* wal: the log and checkpoints of each server. */
#include "gather.h"
#include "pgtend/core/mem.h"
#include "pgtend/core/units.h"
#include "pgtend/loop/task.h"
#include "pgtend/probes/collector.h"
#include "pgtend/probes/shapes.h"

static const struct table_column columns[] = {
	{"server", CELL_TEXT, "server", 0, "Address of the server."},
	WAL_COLUMNS,
};
static const struct table_shape shape = {"wal", columns, sizeof columns / sizeof *columns};

static const struct verb_option options[] = {
	GATHER_INTERVAL_OPTION,
	{0},
};

static bool run(struct action *action, struct err *err)
{
	static const enum fact facts[] = {FACT_WAL, FACT_COUNT};
	int interval_ms = 0;

	if (!gather_interval_ms(action, &interval_ms, err))
		return false;
	if (interval_ms > 0) {
		table_free(gather_servers(action, facts, FACT_WAL, &shape));
		task_sleep(interval_ms);
	}
	struct table *all = gather_servers(action, facts, FACT_WAL, &shape);

	gather_hint_grant(action, all, "pg_read_all_stats");
	report_rows(action->report, all);
	return gather_server_verdict(action, FACT_WAL, err);
}

const struct verb verb_wal = {
	.name = "wal",
	.scope = VERB_READS,
	.options = options,
	.level = GUARD_L0,
	.title = "Show the log, checkpoints and who writes pages",
	.help = "One row a server: how much log comes in a second, how far the last checkpoint is away, how many were made before their time, and how many "
			"pages sessions had to write themselves. What a version does not count says so.",
	.example = "pgtend wal --interval 10s",
	.shape = &shape,
	.run = run,
};
