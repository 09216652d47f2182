/* sequences: how near its end each one is. */
#include "gather.h"
#include "pgtend/core/mem.h"
#include "pgtend/fleet/sequences.h"
#include "pgtend/probes/collector.h"
#include "pgtend/probes/shapes.h"

enum { DEADLINE_MS = 30000 };

static const struct table_column columns[] = {
	{"database", CELL_TEXT, "database", 0, "Name of the database in pgtend.ini."},
	SEQUENCES_COLUMNS,
};
static const struct table_shape shape = {"sequences", columns, sizeof columns / sizeof *columns};

static const struct verb_option options[] = {
	{"--limit", OPTION_INT, "N", false, "at most N sequences a database, the fullest"},
	{0},
};

static void hint_grants(struct action *action)
{
	for (int i = 0; i < action->database_count; i++) {
		const struct table *sequences = action->databases[i]->facts[FACT_SEQUENCES].table;
		int unread = 0;
		char *schemas = sequences ? sequences_unread(sequences, &unread) : NULL;

		if (unread > 0) {
			char *granted = mem_format("SELECT ON ALL SEQUENCES IN SCHEMA %s", schemas);

			gather_hint_grant_in(action, action->databases[i], granted);
			mem_free(granted);
		}
		mem_free(schemas);
	}
}

static bool run(struct action *action, struct err *err)
{
	static const enum fact facts[] = {FACT_SEQUENCES, FACT_COUNT};
	int64_t limit = command_int(action->command, "--limit", INT64_MAX);
	struct table *all = table_new(&shape);

	if (limit < 0) {
		table_free(all);
		return err_set(err, ERR_USAGE, "--limit: %lld is no number of sequences", (long long)limit);
	}
	collect_wait(action->fleet, action->databases, action->database_count, facts, DEADLINE_MS);
	for (int i = 0; i < action->database_count; i++) {
		int first = table_rows(all);

		gather_rows(action->databases[i], &action->databases[i]->facts[FACT_SEQUENCES], all);
		while (table_rows(all) - first > limit)
			table_remove_row(all, table_rows(all) - 1);
	}
	hint_grants(action);
	report_rows(action->report, all);
	return gather_verdict(action, FACT_SEQUENCES, err);
}

const struct verb verb_sequences = {
	.name = "sequences",
	.scope = VERB_READS,
	.options = options,
	.level = GUARD_L0,
	.title = "Show how near their end sequences are",
	.help = "One row a sequence, the fullest first, with the column that it fills: an integer column ends at 2147483647 even where its sequence does not. "
			"One that somebody is changing at this moment is not read: no lock is waited for.",
	.example = "pgtend sequences core --limit 10",
	.shape = &shape,
	.run = run,
};
