/* statements: what pg_stat_statements counts, the most expensive first. */
#include <string.h>

#include "gather.h"
#include "pgtend/core/mem.h"
#include "pgtend/probes/collector.h"
#include "pgtend/probes/shapes.h"

enum { LIMIT = 20 };

static const struct table_column columns[] = {
	{"database", CELL_TEXT, "database", 0, "Name of the database in pgtend.ini."},
	STATEMENTS_COLUMNS,
};
static const struct table_shape shape = {"statements", columns, sizeof columns / sizeof *columns};

static const struct {
	const char *word, *column;
} orders[] = {
	{"total", "total_ms"}, {"mean", "mean_ms"}, {"max", "max_ms"}, {"calls", "calls"}, {"rows", "rows"},
	{"read", "blks_read"}, {"temp", "temp_bytes"}, {"io", "io_ms"}, {"wal", "wal_bytes"},
};

static const struct verb_option options[] = {
	{"--order", OPTION_CHOICE, "total|mean|max|calls|rows|read|temp|io|wal", false, "what stands first (total: by the time of all runs)"},
	{"--limit", OPTION_INT, "N", false, "at most so many of each database (20; 100 are asked for)"},
	GATHER_TIMEOUT_OPTION,
	{0},
};

static const char *order_column(const struct action *action)
{
	const char *word = command_option(action->command, "--order");

	for (size_t i = 0; word && i < sizeof orders / sizeof *orders; i++)
		if (strcmp(orders[i].word, word) == 0)
			return orders[i].column;
	return "total_ms";
}

static void add_database(const struct action *action, const struct database *database, struct table *all)
{
	const struct table *from = database->facts[FACT_STATEMENTS].table;
	int64_t most = command_int(action->command, "--limit", LIMIT);

	if (!from)
		return;
	struct table *sorted = table_copy(from);

	table_sort(sorted, table_column(table_shape(sorted), order_column(action)), true);
	for (int i = 0; i < table_rows(sorted) && i < most; i++) {
		int row = table_add_row(all);

		table_copy_row(all, row, sorted, i);
		table_set_text(all, row, "database", database->name);
	}
	table_free(sorted);
}

/* Of others a role sees that there is a statement, and what it costs. */
static void hint_hidden(struct action *action)
{
	for (int i = 0; i < action->database_count; i++) {
		const struct database *database = action->databases[i];
		const struct table *table = database->facts[FACT_STATEMENTS].table;
		const char *role = database->session ? session_parameter(database->session, "session_authorization") : NULL;
		bool is_hidden = false;

		for (int row = 0; table && row < table_rows(table); row++)
			is_hidden = is_hidden || table_get(table, row, "query")->missing == MISSING_PRIVILEGE;
		if (!is_hidden)
			continue;
		char *name = role ? text_sql_name(role) : mem_copy("the role");

		report_hint(action->report, "%s: statements of other roles are hidden: GRANT pg_read_all_stats TO %s (pg_monitor has it)", database->name, name);
		mem_free(name);
	}
}

/* Without the extension a database has no statements to tell: among others it is passed over. */
static bool verdict(struct action *action, struct err *err)
{
	const struct database *first = NULL;
	int failed = 0;

	for (int i = 0; i < action->database_count; i++) {
		const struct database *database = action->databases[i];
		const struct facts *facts = &database->facts[FACT_STATEMENTS];
		bool is_skipped = facts->err.kind == ERR_UNSUPPORTED && action->database_count > 1;

		if (facts->table && facts->err.kind == ERR_NONE)
			continue;
		if (action->database_count > 1)
			report_log(action->report, "%s%s: %s%s%s", is_skipped ? "skipped " : "", database->name, facts->err.kind ? facts->err.text : "no answer in time",
				facts->err.hint[0] ? ": " : "", facts->err.hint);
		if (is_skipped)
			continue;
		first = first ? first : database;
		failed++;
	}
	if (!failed)
		return true;
	*err = first->facts[FACT_STATEMENTS].err;
	if (!err->kind)
		err_set(err, ERR_TIMEOUT, "no answer in time");
	if (failed < action->database_count)
		err->kind = ERR_PARTIAL;
	return err_prefix(err, "%s", first->name);
}

static bool run(struct action *action, struct err *err)
{
	static const enum fact facts[] = {FACT_STATEMENTS, FACT_COUNT};
	struct table *all = table_new(&shape);

	collect_wait(action->fleet, action->databases, action->database_count, facts, gather_deadline_ms(action));
	for (int i = 0; i < action->database_count; i++)
		add_database(action, action->databases[i], all);
	hint_hidden(action);
	report_rows(action->report, all);
	return verdict(action, err);
}

const struct verb verb_statements = {
	.name = "statements",
	.scope = VERB_READS,
	.options = options,
	.level = GUARD_L0,
	.title = "Show which statements cost the server most",
	.help = "One row a statement of pg_stat_statements, constants taken out: how often it ran, its time in all and on average, its rows, the share of its pages that "
			"were in memory. Each database has its own; the extension's version says which columns there are. Where it is not installed, what is missing is said. "
			"`explain DB QUERYID` shows the plan of one.",
	.example = "pgtend statements core --order mean --limit 10",
	.shape = &shape,
	.run = run,
};
