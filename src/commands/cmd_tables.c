/* tables: what TABLES shows, of every database. */
#include <string.h>

#include "gather.h"
#include "pgtend/core/mem.h"
#include "pgtend/probes/collector.h"
#include "pgtend/probes/shapes.h"

enum { DEADLINE_MS = 30000 };

static const struct table_column columns[] = {
	{"database", CELL_TEXT, "database", 0, "Name of the database in pgtend.ini."},
	TABLES_COLUMNS,
};
static const struct table_shape shape = {"tables", columns, sizeof columns / sizeof *columns};

static const struct verb_option options[] = {
	{"--table", OPTION_TABLE, "[SCHEMA.]NAME", true, "this table only"},
	{"--limit", OPTION_INT, "N", false, "at most N tables a database, the biggest"},
	{0},
};

static bool is_named(const struct words *wanted, const struct table *table, int row)
{
	const char *name = table_get_text(table, row, "name");
	char *whole = mem_format("%s.%s", table_get_text(table, row, "schema"), name);
	bool is_wanted = wanted->count == 0 || words_has(wanted, name) || words_has(wanted, whole);

	mem_free(whole);
	return is_wanted;
}

/* Rows from `first` on: those that were asked for, and no more than the limit. They stand with the biggest first. */
static void choose(struct table *all, int first, const struct words *wanted, int64_t limit)
{
	int64_t kept = 0;

	for (int row = first; row < table_rows(all);) {
		if (kept < limit && is_named(wanted, all, row)) {
			kept++;
			row++;
		} else {
			table_remove_row(all, row);
		}
	}
}

static bool run(struct action *action, struct err *err)
{
	static const enum fact facts[] = {FACT_TABLES, FACT_COUNT};
	const struct words *wanted = command_option_all(action->command, "--table");
	int64_t limit = command_int(action->command, "--limit", INT64_MAX);
	struct table *all = table_new(&shape);

	if (limit < 0) {
		table_free(all);
		return err_set(err, ERR_USAGE, "--limit: %lld is no number of tables", (long long)limit);
	}
	collect_wait(action->fleet, action->databases, action->database_count, facts, DEADLINE_MS);
	for (int i = 0; i < action->database_count; i++) {
		int first = table_rows(all);

		gather_rows(action->databases[i], &action->databases[i]->facts[FACT_TABLES], all);
		choose(all, first, wanted, limit);
	}
	int found = table_rows(all);

	report_rows(action->report, all);
	if (!gather_verdict(action, FACT_TABLES, err))
		return false;
	if (found == 0 && wanted->count > 0 && limit > 0)
		return err_set(err, ERR_USAGE, "no table is called %s", wanted->v[0]);
	return true;
}

const struct verb verb_tables = {
	.name = "tables",
	.scope = VERB_READS,
	.options = options,
	.level = GUARD_L0,
	.title = "Show tables with their sizes, rows and maintenance",
	.help = "One row a table, the biggest first; partitions and chunks count for the table they belong to. Sizes are asked so that no lock is ever waited "
			"for: the biggest are measured, the others computed from what the last vacuum or analyze saw and marked with a tilde, as are those that "
			"somebody holds for himself.",
	.example = "pgtend tables core --limit 10 --format csv",
	.shape = &shape,
	.run = run,
};
