/* extensions: what is installed, and whether something newer is at hand. */
#include "gather.h"
#include "pgtend/core/mem.h"
#include "pgtend/probes/collector.h"
#include "pgtend/probes/shapes.h"

enum { DEADLINE_MS = 15000 };

static const struct table_column columns[] = {
	{"database", CELL_TEXT, "database", 0, "Name of the database in pgtend.ini."},
	EXTENSIONS_COLUMNS,
};
static const struct table_shape shape = {"extensions", columns, sizeof columns / sizeof *columns};

static bool run(struct action *action, struct err *err)
{
	static const enum fact facts[] = {FACT_EXTENSIONS, FACT_COUNT};
	struct table *all = table_new(&shape);

	collect_wait(action->fleet, action->databases, action->database_count, facts, DEADLINE_MS);
	for (int i = 0; i < action->database_count; i++)
		gather_rows(action->databases[i], &action->databases[i]->facts[FACT_EXTENSIONS], all);
	for (int row = 0; row < table_rows(all); row++) {
		if (!table_get_int(all, row, "is_outdated", 0))
			continue;
		char *name = text_sql_name(table_get_text(all, row, "name"));

		report_hint(action->report, "%s: ALTER EXTENSION %s UPDATE; brings %s, if its own notes say nothing else", table_get_text(all, row, "database"), name,
			table_get_text(all, row, "available_version"));
		mem_free(name);
	}
	report_rows(action->report, all);
	return gather_verdict(action, FACT_EXTENSIONS, err);
}

const struct verb verb_extensions = {
	.name = "extensions",
	.scope = VERB_READS,
	.level = GUARD_L0,
	.title = "Show extensions, and whether newer versions are at hand",
	.help = "One row an installed extension of each database, with the version that the server's files would bring. It counts as newer only where a way leads "
			"there from the installed one.",
	.example = "pgtend extensions --format json",
	.shape = &shape,
	.run = run,
};
