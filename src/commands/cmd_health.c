/* health: whether each database is well enough for who uses it. */
#include "each.h"
#include "gather.h"
#include "pgtend/commands/command.h"
#include "pgtend/core/mem.h"
#include "pgtend/core/units.h"
#include "pgtend/doctor/vitals.h"
#include "pgtend/probes/collector.h"

static const struct table_column columns[] = {
	{"database", CELL_TEXT, "database", 0, "Name of the database in pgtend.ini."},
	VITALS_COLUMNS,
};
static const struct table_shape shape = {"health", columns, sizeof columns / sizeof *columns};

struct looking {
	struct fleet *fleet;
	struct database *database;
	const struct vitals_options *options;
	struct table *table;
	bool is_good;
};

static void look(void *arg)
{
	struct looking *looking = arg;

	looking->is_good = vitals_wait(looking->fleet, looking->database, looking->options, looking->table);
}

/* Only those that have answered are asked for their pools: the others would be waited for twice. */
static void look_at_pools(struct action *action, struct looking *all)
{
	static const enum fact facts[] = {FACT_ACTIVITY, FACT_POOLS, FACT_POOL_CLIENTS, FACT_COUNT};
	struct database **answered = mem_new(((size_t)action->database_count + 1) * sizeof *answered);
	int count = 0;

	for (int i = 0; i < action->database_count; i++)
		if (table_get(all[i].table, 0, "response_ms")->has_value)
			answered[count++] = all[i].database;
	if (count > 0)
		collect_wait(action->fleet, answered, count, facts, gather_deadline_ms(action));
	for (int i = 0; i < action->database_count; i++)
		if (table_get(all[i].table, 0, "response_ms")->has_value)
			vitals_pool(action->fleet, all[i].database, all[i].table, 0);
	mem_free(answered);
}

/* What stands in `rows` already, as one error. */
static bool say_sick(struct action *action, const struct table *rows, struct err *err)
{
	int sick = 0, first = -1;

	for (int row = 0; row < table_rows(rows); row++) {
		const char *error = table_get_text(rows, row, "error");

		if (!error)
			continue;
		sick++;
		first = first < 0 ? row : first;
		if (action->database_count > 1)
			report_log(action->report, "%s: %s", table_get_text(rows, row, "database"), error);
	}
	if (sick == 0)
		return true;
	if (action->database_count > 1)
		return err_set(err, ERR_FAILED, "%d of %d databases are unhealthy", sick, action->database_count);
	const char *mend = table_get_text(rows, first, "mend");

	err_set(err, ERR_FAILED, "%s is unhealthy: %s", table_get_text(rows, first, "database"), table_get_text(rows, first, "error"));
	return mend ? err_hint(err, "%s", mend) : false;
}

/* A check that looked at some is not taken for one that looked at all. */
static void say_left_out(struct action *action, const struct table *rows)
{
	for (int row = 0; row < table_rows(rows); row++) {
		int64_t left_out = table_get_int(rows, row, "tables.left_out", 0);
		char count[UNITS_SIZE];

		if (left_out > 0)
			report_log(action->report, "%s: %s more tables were not read: it reads 2,000 at most; --table names others", table_get_text(rows, row, "database"),
				units_count(count, left_out));
	}
}

static bool run(struct action *action, struct err *err)
{
	const struct vitals_options options = {
		.tables = command_option_all(action->command, "--table"),
		.is_without_tables = command_flag(action->command, "--no-tables"),
		.deadline_ms = gather_deadline_ms(action),
	};
	struct looking *all = mem_new(((size_t)action->database_count + 1) * sizeof *all);
	struct table *rows = table_new(&shape);

	for (int i = 0; i < action->database_count; i++)
		all[i] = (struct looking){.fleet = action->fleet, .database = action->databases[i], .options = &options, .table = table_new(&vitals_shape)};
	each_wait(action->fleet->loop, look, all, action->database_count, sizeof *all);
	look_at_pools(action, all);
	for (int i = 0; i < action->database_count; i++) {
		int row = table_add_row(rows);

		table_copy_row(rows, row, all[i].table, 0);
		table_set_text(rows, row, "database", all[i].database->name);
		table_free(all[i].table);
	}
	mem_free(all);
	gather_hint_grant(action, rows, "pg_read_all_stats");
	say_left_out(action, rows);
	report_rows(action->report, rows);
	return say_sick(action, rows, err);
}

static const struct verb_option options[] = {
	{"--table", OPTION_TABLE, "[SCHEMA.]NAME", true, "this table only; that the role may not read it is unhealthy then"},
	{"--no-tables", OPTION_FLAG, NULL, false, "reads no table: for roles that only watch"},
	GATHER_TIMEOUT_OPTION,
	{0},
};

const struct verb verb_health = {
	.name = "health",
	.scope = VERB_READS,
	.options = options,
	.level = GUARD_L0,
	.title = "Show whether each database is healthy: time, pools, tables",
	.help = "What the health check of an application looks at, for probes of containers and load balancers: a new connection, SELECT 1 and how long it took, the "
			"connections of applications (total, idle, waiting for the pooler), and the first page of each table (of 2,000 at most), those left out that somebody holds for himself. "
			"Unhealthy, with exit status 1, is a database that does not answer in time, a table that cannot be read though the role may, and a role that may read none "
			"at all. It weighs no limits: `check` does, and `doctor` tells why somebody does not answer.",
	.example = "pgtend health core --format json",
	.shape = &shape,
	.run = run,
};
