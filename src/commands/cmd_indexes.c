/* indexes: what is known of every index, and what is wrong with it. */
#include <string.h>

#include "gather.h"
#include "pgtend/core/mem.h"
#include "pgtend/probes/collector.h"
#include "pgtend/fleet/indexes.h"
#include "pgtend/probes/shapes.h"

enum { DEADLINE_MS = 30000 };

static const struct table_column columns[] = {
	{"database", CELL_TEXT, "database", 0, "Name of the database in pgtend.ini."},
	INDEXES_COLUMNS,
};
static const struct table_shape shape = {"indexes", columns, sizeof columns / sizeof *columns};

static const struct verb_option options[] = {
	{"--table", OPTION_TABLE, "[SCHEMA.]NAME", true, "indexes of this table only"},
	{"--wrong", OPTION_FLAG, NULL, false, "only those with something wrong, and those that nobody has scanned"},
	{"--limit", OPTION_INT, "N", false, "at most N indexes a database, the biggest"},
	{0},
};

static const enum fact facts[] = {FACT_INDEXES, FACT_COUNT};

static bool is_chosen(const struct action *action, const struct database *database)
{
	for (int i = 0; i < action->database_count; i++)
		if (action->databases[i] == database)
			return true;
	return false;
}

/* Which server belongs to which cluster is known only when it has answered, so those are asked too whose database is called the same. */
static void ask_twins(const struct action *action)
{
	struct fleet *fleet = action->fleet;
	struct database **others = mem_new(sizeof(struct database *) * ((size_t)fleet->database_count + 1));
	int count = 0;

	for (int i = 0; i < fleet->database_count; i++) {
		struct database *other = fleet->databases[i];
		bool is_wanted = false;

		for (int k = 0; k < action->database_count && !is_wanted; k++)
			is_wanted = other->server != action->databases[k]->server && strcmp(other->dbname, action->databases[k]->dbname) == 0;
		if (is_wanted && !is_chosen(action, other))
			others[count++] = other;
	}
	if (count > 0)
		collect_wait(fleet, others, count, facts, DEADLINE_MS);
	mem_free(others);
}

static bool is_named(const struct words *wanted, const struct table *table, int row)
{
	const char *name = table_get_text(table, row, "table");
	char *whole = mem_format("%s.%s", table_get_text(table, row, "schema"), name);
	bool is_wanted = wanted->count == 0 || words_has(wanted, name) || words_has(wanted, whole);

	mem_free(whole);
	return is_wanted;
}

static bool is_wrong(const struct table *table, int row)
{
	return table_get(table, row, "advice")->has_value || table_get_int(table, row, "is_unused", 0) != 0;
}

static int hidden_in(const struct table *table)
{
	int hidden = 0;

	for (int row = 0; row < table_rows(table); row++)
		hidden += table_get(table, row, "bloat_bytes")->missing == MISSING_PRIVILEGE;
	return hidden;
}

static void add_rows(struct action *action, const struct database *database, int64_t limit, struct table *all)
{
	const struct words *wanted = command_option_all(action->command, "--table");
	bool is_wrong_only = command_flag(action->command, "--wrong");
	struct table *table = indexes_of(action->fleet, database);

	for (int from = 0; table && from < table_rows(table) && limit > 0; from++) {
		if (!is_named(wanted, table, from) || (is_wrong_only && !is_wrong(table, from)))
			continue;
		int row = table_add_row(all);

		table_copy_row(all, row, table, from);
		table_set_text(all, row, "database", database->name);
		limit--;
	}
	if (table)
		gather_hint_hidden(action, database, hidden_in(table));
	table_free(table);
}

static bool run(struct action *action, struct err *err)
{
	const struct words *wanted = command_option_all(action->command, "--table");
	int64_t limit = command_int(action->command, "--limit", INT64_MAX);

	if (limit < 0)
		return err_set(err, ERR_USAGE, "--limit: %lld is no number of indexes", (long long)limit);
	struct table *all = table_new(&shape);

	collect_wait(action->fleet, action->databases, action->database_count, facts, DEADLINE_MS);
	ask_twins(action);
	for (int i = 0; i < action->database_count; i++)
		add_rows(action, action->databases[i], limit, all);
	int found = table_rows(all);

	report_rows(action->report, all);
	if (!gather_verdict(action, FACT_INDEXES, err))
		return false;
	if (found == 0 && wanted->count > 0 && limit > 0 && !command_flag(action->command, "--wrong"))
		return err_set(err, ERR_USAGE, "no table with an index is called %s", wanted->v[0]);
	return true;
}

const struct verb verb_indexes = {
	.name = "indexes",
	.scope = VERB_READS,
	.options = options,
	.level = GUARD_L0,
	.title = "Show indexes: unused, duplicate, invalid, bloated",
	.help = "One row an index, the biggest first; those of partitions and chunks count for the one of their table. An index is unused when nobody has "
			"scanned it on this server, nor on those of its standbys that pgtend.ini names: how many others there are, it says. Bloat is an estimate "
			"from the statistics of ANALYZE. Nothing here waits for a lock.",
	.example = "pgtend indexes core --wrong",
	.shape = &shape,
	.run = run,
};
