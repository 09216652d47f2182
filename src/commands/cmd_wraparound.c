/* wraparound: how old the oldest transactions are, of every database of the servers; with --tables: in which tables they stand. */
#include <string.h>

#include "gather.h"
#include "pgtend/core/mem.h"
#include "pgtend/probes/collector.h"
#include "pgtend/probes/shapes.h"

enum { DEADLINE_MS = 30000 };

static const struct table_column columns[] = {
	{"server", CELL_TEXT, "server", 1, "Address of the server."},
	WRAPAROUND_COLUMNS,
};
static const struct table_shape shape = {"wraparound", columns, sizeof columns / sizeof *columns};
static const struct table_column table_columns[] = {
	{"database", CELL_TEXT, "database", 0, "Name of the database in pgtend.ini."},
	OLDEST_TABLES_COLUMNS,
};
static const struct table_shape oldest_shape = {"wraparound_tables", table_columns, sizeof table_columns / sizeof *table_columns};

static const struct verb_option options[] = {
	{"--tables", OPTION_FLAG, NULL, false, "the twenty oldest tables of each database that was named, instead"},
	{0},
};

static bool show_tables(struct action *action, struct err *err)
{
	static const enum fact facts[] = {FACT_OLDEST_TABLES, FACT_COUNT};
	struct table *all = table_new(&oldest_shape);

	collect_wait(action->fleet, action->databases, action->database_count, facts, DEADLINE_MS);
	for (int i = 0; i < action->database_count; i++)
		gather_rows(action->databases[i], &action->databases[i]->facts[FACT_OLDEST_TABLES], all);
	report_rows(action->report, all);
	return gather_verdict(action, FACT_OLDEST_TABLES, err);
}

static bool run(struct action *action, struct err *err)
{
	static const enum fact facts[] = {FACT_WRAPAROUND, FACT_COUNT};

	if (command_flag(action->command, "--tables"))
		return show_tables(action, err);
	report_rows(action->report, gather_servers(action, facts, FACT_WRAPAROUND, &shape));
	return gather_server_verdict(action, FACT_WRAPAROUND, err);
}

const struct verb verb_wraparound = {
	.name = "wraparound",
	.scope = VERB_READS,
	.options = options,
	.level = GUARD_L0,
	.title = "Show how far transaction numbers are from their end",
	.help = "One row a database of the servers, templates too, because each of them may stop all of them: age of the oldest transaction and multixact that "
			"is not frozen, from where autovacuum freezes by force, how many are left until the server takes no more. --tables shows which tables it is.",
	.example = "pgtend wraparound core --tables",
	.shape = &shape,
	.other_option = "--tables",
	.other_shape = &oldest_shape,
	.run = run,
};
