/* pools: the pools of every configured PgBouncer. */
#include <string.h>

#include "gather.h"
#include "pgtend/probes/collector.h"
#include "pgtend/probes/shapes.h"

enum { DEADLINE_MS = 15000 };

static const struct table_column columns[] = {
	{"pooler", CELL_TEXT, "pooler", 0, "Name of the pooler in pgtend.ini."},
	POOLS_COLUMNS,
};
static const struct table_shape shape = {"pools", columns, sizeof columns / sizeof *columns};

/* A pool is a database's when either name of it is the one in the database's connection. */
static bool is_wanted(const struct action *action, const struct table *table, int row)
{
	const char *alias = table_get_text(table, row, "database");
	const char *dbname = table_get_text(table, row, "server_database");

	for (int i = 0; i < action->database_count; i++) {
		const char *wanted = action->databases[i]->dbname;

		if ((alias && strcmp(alias, wanted) == 0) || (dbname && strcmp(dbname, wanted) == 0))
			return true;
	}
	/* every configured database was asked for: then nothing is left out, also what is not configured */
	return action->database_count == action->fleet->database_count;
}

static void add_pools(const struct action *action, const struct pooler *pooler, struct table *all)
{
	const struct table *table = pooler->facts[FACT_POOLS].table;

	for (int from = 0; table && from < table_rows(table); from++) {
		if (!is_wanted(action, table, from))
			continue;
		int row = table_add_row(all);

		table_copy_row(all, row, table, from);
		table_set_text(all, row, "pooler", pooler->name);
	}
}

static bool run(struct action *action, struct err *err)
{
	static const enum fact facts[] = {FACT_POOLS, FACT_COUNT};
	const struct fleet *fleet = action->fleet;
	struct table *all = table_new(&shape);
	int failed = 0;

	/* no database is asked anything */
	collect_wait(action->fleet, NULL, 0, facts, DEADLINE_MS);
	for (int i = 0; i < fleet->pooler_count; i++) {
		const struct facts *pools = &fleet->poolers[i]->facts[FACT_POOLS];

		add_pools(action, fleet->poolers[i], all);
		if (pools->table && !pools->err.kind)
			continue;
		if (failed++ == 0) {
			*err = pools->err;
			if (!err->kind)
				err_set(err, ERR_TIMEOUT, "no answer in time");
			err_prefix(err, "pooler %s", fleet->poolers[i]->name);
		}
	}
	report_rows(action->report, all);
	if (fleet->pooler_count == 0)
		report_hint(action->report, "no pooler is configured: add a section [pooler NAME] with the url of PgBouncer's admin console to pgtend.ini");
	if (failed > 0 && failed < fleet->pooler_count)
		err->kind = ERR_PARTIAL;
	return failed == 0;
}

const struct verb verb_pools = {
	.name = "pools",
	.scope = VERB_READS,
	.level = GUARD_L0,
	.title = "Show the pools of PgBouncer",
	.help = "One row a pool (database and role) of every [pooler NAME] of pgtend.ini: clients that are served and that wait, the longest wait, connections to the "
			"server by state, and how large the pool may grow. Databases that are named leave out the pools of the others.",
	.example = "pgtend pools --format json",
	.shape = &shape,
	.run = run,
};
