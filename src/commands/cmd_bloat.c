/* bloat: tables and indexes with the air in them, by an estimate. */
#include <string.h>

#include "gather.h"
#include "pgtend/core/mem.h"
#include "pgtend/probes/collector.h"
#include "pgtend/probes/shapes.h"

enum { DEADLINE_MS = 30000 };

static const struct table_column columns[] = {
	{"database", CELL_TEXT, "database", 0, "Name of the database in pgtend.ini."},
	{"schema", CELL_TEXT, "schema", 3, "Schema of the table (pg_namespace.nspname)."},
	{"name", CELL_TEXT, "name", 0, "Name of the table, partition or chunk, or of the index (pg_class.relname)."},
	{"oid", CELL_ID, NULL, 0, "Its number (pg_class.oid)."},
	{"kind", CELL_TEXT, "kind", 0, "table, matview or index."},
	{"table", CELL_TEXT, "of", 2, "Of an index: its table."},
	{"size_bytes", CELL_BYTES, "size", 0, "Its size on disk, without indexes and toast (pg_class.relpages)."},
	{"bloat_bytes", CELL_BYTES, "bloat", 0, "What writing it anew would give back, by an estimate from pg_stats. Missing \"privilege\" where its columns may not be read."},
	{"bloat_ratio", CELL_RATIO, "bloat %", 0, "The same, of its size."},
	{"counted_at", CELL_TIME, "counted", 3, "When a table was last vacuumed or analyzed (pg_stat_get_last_vacuum_time() and the like)."},
};
static const struct table_shape shape = {"bloat", columns, sizeof columns / sizeof *columns};

static const struct verb_option options[] = {
	{"--limit", OPTION_INT, "N", false, "at most N of them a database, those with most air"},
	{0},
};

static void add_rows(const struct database *database, enum fact fact, struct table *all)
{
	const struct table *table = database->facts[fact].table;

	for (int from = 0; table && from < table_rows(table); from++) {
		const struct cell *bloat = table_get(table, from, "bloat_bytes");

		if (!bloat->has_value && bloat->missing == MISSING_NONE)
			continue;
		int row = table_add_row(all);

		table_copy_row(all, row, table, from);
		table_set_text(all, row, "database", database->name);
		if (fact == FACT_INDEXES)
			table_set_text(all, row, "kind", "index");
	}
}

static int hidden_in(const struct table *all)
{
	int hidden = 0;

	for (int row = 0; row < table_rows(all); row++)
		hidden += table_get(all, row, "bloat_bytes")->missing == MISSING_PRIVILEGE;
	return hidden;
}

static void add_database(struct action *action, const struct database *database, int64_t limit, struct table *all)
{
	struct table *own = table_new(&shape);

	add_rows(database, FACT_BLOAT, own);
	add_rows(database, FACT_INDEXES, own);
	table_sort(own, table_column(&shape, "bloat_bytes"), true);
	for (int from = 0; from < table_rows(own) && from < limit; from++)
		table_copy_row(all, table_add_row(all), own, from);
	gather_hint_hidden(action, database, hidden_in(own));
	table_free(own);
}

static bool run(struct action *action, struct err *err)
{
	static const enum fact facts[] = {FACT_BLOAT, FACT_INDEXES, FACT_COUNT};
	int64_t limit = command_int(action->command, "--limit", INT64_MAX);

	if (limit < 0)
		return err_set(err, ERR_USAGE, "--limit: %lld is no number of tables", (long long)limit);
	struct table *all = table_new(&shape);

	collect_wait(action->fleet, action->databases, action->database_count, facts, DEADLINE_MS);
	for (int i = 0; i < action->database_count; i++)
		add_database(action, action->databases[i], limit, all);
	report_rows(action->report, all);
	return gather_verdict(action, FACT_BLOAT, err) && gather_verdict(action, FACT_INDEXES, err);
}

const struct verb verb_bloat = {
	.name = "bloat",
	.scope = VERB_READS,
	.options = options,
	.level = GUARD_L0,
	.title = "Show how much of tables and indexes is air",
	.help = "The 500 biggest tables and btree indexes from 1 MB on, those with most air first: what writing each anew would give back. An estimate from what "
			"ANALYZE knows of widths, nulls and equal values, and from how PostgreSQL lays out its pages; nothing is read but catalogs, and no lock is "
			"waited for. The extension pgstattuple measures what this computes.",
	.example = "pgtend bloat core --limit 10",
	.shape = &shape,
	.run = run,
};
