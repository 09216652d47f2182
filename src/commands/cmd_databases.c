/* databases: what each database does a second. */
#include <string.h>

#include "gather.h"
#include "pgtend/core/mem.h"
#include "pgtend/loop/task.h"
#include "pgtend/probes/collector.h"
#include "pgtend/probes/rates.h"
#include "pgtend/probes/shapes.h"

enum { DEADLINE_MS = 15000 };

static const struct table_column columns[] = {
	{"database", CELL_TEXT, "database", 0, "Name of the database in pgtend.ini; null: it is not configured (--others)."},
	{"server", CELL_TEXT, "server", 5, "Address of its server."},
	RATES_COLUMNS,
};
static const struct table_shape shape = {"databases", columns, sizeof columns / sizeof *columns};

static const struct verb_option options[] = {
	GATHER_INTERVAL_OPTION,
	{"--others", OPTION_FLAG, NULL, false, "the other databases of these servers too"},
	{0},
};

/* The section that speaks of it; NULL: none that was named. */
static const struct database *configured(const struct action *action, const struct server *server, const char *dbname)
{
	for (int i = 0; i < action->database_count; i++)
		if (action->databases[i]->server == server && strcmp(action->databases[i]->dbname, dbname) == 0)
			return action->databases[i];
	return NULL;
}

static void add(const struct action *action, const struct server *server, struct table *all)
{
	bool has_others = command_flag(action->command, "--others");
	struct table *rates = rates_of(&server->facts[FACT_DATABASES]);

	for (int from = 0; rates && from < table_rows(rates); from++) {
		const struct database *database = configured(action, server, table_get_text(rates, from, "dbname"));

		if (!database && !has_others)
			continue;
		int row = table_add_row(all);

		table_copy_row(all, row, rates, from);
		table_set_text(all, row, "database", database ? database->name : NULL);
		table_set_text(all, row, "server", server->label);
	}
	table_free(rates);
}

static bool run(struct action *action, struct err *err)
{
	static const enum fact facts[] = {FACT_DATABASES, FACT_COUNT};
	struct database **first = mem_new(sizeof *first * ((size_t)action->database_count + 1));
	struct table *all = table_new(&shape);
	int count = gather_first_of_servers(action, first), interval_ms = 0;
	bool is_good = gather_interval_ms(action, &interval_ms, err);

	if (is_good && interval_ms > 0) {
		collect_wait(action->fleet, first, count, facts, DEADLINE_MS);
		task_sleep(interval_ms);
	}
	if (is_good)
		collect_wait(action->fleet, first, count, facts, DEADLINE_MS);
	for (int i = 0; is_good && i < count; i++)
		add(action, first[i]->server, all);
	mem_free(first);
	report_rows(action->report, all);
	return is_good && gather_server_verdict(action, FACT_DATABASES, err);
}

const struct verb verb_databases = {
	.name = "databases",
	.scope = VERB_READS,
	.options = options,
	.level = GUARD_L0,
	.title = "Show what each database does a second",
	.help = "Transactions, pages, rows and temporary files a second, between two looks that are one second apart unless --interval says otherwise; "
			"deadlocks, temporary files and how sessions ended since the statistics were reset. Statistics that were reset between the looks give no rate.",
	.example = "pgtend databases --interval 10s --format csv",
	.shape = &shape,
	.run = run,
};
