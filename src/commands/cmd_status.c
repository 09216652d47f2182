/* status: one row a database, what FLEET shows. */
#include "gather.h"
#include "pgtend/health/health.h"
#include "pgtend/probes/collector.h"

enum { STATUS_DEADLINE_MS = 15000 };

static bool run(struct action *action, struct err *err)
{
	static const enum fact facts[] = {FACT_DATABASES, FACT_LOCKS, FACT_DEAD_ROWS, FACT_MIGRATIONS, FACT_CHUNKS, FACT_POLICIES, FACT_AGGREGATES,
		FACT_INGEST, FACT_BACKUP, FACT_ARCHIVER, FACT_POINTS, FACT_RESTORES, FACT_COPIES, FACT_REPLICATION, FACT_WRAPAROUND, FACT_SEQUENCES, FACT_TLS, FACT_POOLS, FACT_COUNT};
	collect_wait(action->fleet, action->databases, action->database_count, facts, STATUS_DEADLINE_MS);
	struct table *rows = health_overview(action->fleet, action->databases, action->database_count);
	int all = table_rows(rows), silent = 0;
	for (int row = 0; row < all; row++) {
		if (table_get_int(rows, row, "reachable", 0) != 0)
			continue;
		silent++;
		err_set(err, ERR_UNREACHABLE, "%s: %s", table_get_text(rows, row, "name"), table_get_text(rows, row, "error"));
		/* where the rows go to a program, its user still sees who and why */
		if (all > 1)
			report_log(action->report, "%s", err->text);
	}
	gather_hint_grant(action, rows, "pg_read_all_stats");
	report_rows(action->report, rows);
	/* The rows are printed all the same; the status says how many are missing. */
	if (all > 1 && silent > 0)
		err_set(err, silent < all ? ERR_PARTIAL : ERR_UNREACHABLE, "%d of %d databases did not answer", silent, all);
	return silent == 0;
}

const struct verb verb_status = {
	.name = "status",
	.scope = VERB_READS,
	.level = GUARD_L0,
	.title = "Show every database in one row",
	.help = "Size, migrations, newest backup, retention, connections and health of each database, as the FLEET pane shows them. "
			"A database that does not answer keeps its row and makes the exit status 3, or 1 when none answers.",
	.example = "pgtend status --format json",
	.shape = &status_shape,
	.run = run,
};
