/* activity: what ACTIVITY shows, of the databases that were named. */
#include <string.h>

#include "gather.h"
#include "pgtend/core/mem.h"
#include "pgtend/probes/collector.h"
#include "pgtend/probes/shapes.h"

enum { DEADLINE_MS = 15000 };

static const struct table_column columns[] = {
	{"database", CELL_TEXT, "database", 0, "Name of the database in pgtend.ini."},
	ACTIVITY_COLUMNS,
};
static const struct table_shape shape = {"activity", columns, sizeof columns / sizeof *columns};

static void add_sessions(const struct database *database, struct table *all)
{
	const struct table *table = database_facts(database, FACT_ACTIVITY)->table;

	for (int from = 0; table && from < table_rows(table); from++) {
		const char *dbname = table_get_text(table, from, "database");

		if (!dbname || strcmp(dbname, database->dbname) != 0)
			continue;
		int row = table_add_row(all);

		table_copy_row(all, row, table, from);
		table_set_text(all, row, "database", database->name);
	}
}

static bool run(struct action *action, struct err *err)
{
	static const enum fact facts[] = {FACT_ACTIVITY, FACT_COUNT};
	struct database **first = mem_grow(NULL, (size_t)action->database_count + 1, sizeof *first);
	struct table *all = table_new(&shape);

	collect_wait(action->fleet, first, gather_first_of_servers(action, first), facts, DEADLINE_MS);
	mem_free(first);
	for (int i = 0; i < action->database_count; i++)
		add_sessions(action->databases[i], all);
	gather_hint_grant(action, all, "pg_read_all_stats");
	report_rows(action->report, all);
	return gather_verdict(action, FACT_ACTIVITY, err) && gather_unsupported(action, CAP_ACTIVITY, err);
}

const struct verb verb_activity = {
	.name = "activity",
	.scope = VERB_READS,
	.level = GUARD_L0,
	.title = "Show sessions, what they wait for and who blocks them",
	.help = "One row a session of the databases, without pgtend's own that asks: state and for how long, age of the transaction, what it waits for, the processes "
			"that block it, its query. Sessions of other roles show only their existence unless the role is in pg_read_all_stats or pg_monitor.",
	.example = "pgtend activity core --format json",
	.shape = &shape,
	.run = run,
};
