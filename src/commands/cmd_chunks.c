/* chunks: what CHUNKS shows, of every database with TimescaleDB. */
#include "gather.h"
#include "pgtend/probes/collector.h"
#include "pgtend/probes/shapes.h"
#include "pgtend/timescale/shapes.h"
#include "pgtend/timescale/timescale.h"

enum { DEADLINE_MS = 30000 };

static const struct table_column columns[] = {
	{"database", CELL_TEXT, "database", 0, "Name of the database in pgtend.ini."},
	CHUNKS_COLUMNS,
	CHUNKS_INGEST_COLUMNS,
};
static const struct table_shape shape = {"chunks", columns, sizeof columns / sizeof *columns};

static void add_rows(const struct database *database, struct table *all)
{
	struct facts facts = database->facts[FACT_CHUNKS];

	if (!facts.table)
		return;
	facts.table = chunks_with_ingest(facts.table, database->facts[FACT_INGEST].table);
	gather_rows(database, &facts, all);
	table_free(facts.table);
}

/* Chunks are told also where nobody knows whether rows arrive. */
static void tell_ingest(struct action *action)
{
	for (int i = 0; i < action->database_count; i++) {
		const struct facts *chunks = &action->databases[i]->facts[FACT_CHUNKS];
		const struct facts *ingest = &action->databases[i]->facts[FACT_INGEST];

		if (chunks->err.kind == ERR_NONE && ingest->err.kind != ERR_NONE)
			report_log(action->report, "%s: whether rows arrive is not known: %s", action->databases[i]->name, ingest->err.text);
	}
}

static bool run(struct action *action, struct err *err)
{
	static const enum fact facts[] = {FACT_CHUNKS, FACT_INGEST, FACT_COUNT};
	struct table *all = table_new(&shape);
	int with_extension = 0;

	collect_wait(action->fleet, action->databases, action->database_count, facts, DEADLINE_MS);
	for (int i = 0; i < action->database_count; i++) {
		add_rows(action->databases[i], all);
		with_extension += action->databases[i]->has_timescaledb;
	}
	report_rows(action->report, all);
	tell_ingest(action);
	if (!gather_verdict(action, FACT_CHUNKS, err))
		return false;
	if (with_extension > 0)
		return true;
	if (action->database_count == 1)
		return err_set(err, ERR_UNSUPPORTED, "%s has no TimescaleDB: the extension timescaledb is not installed in it",
		               action->databases[0]->name);
	report_hint(action->report, "no database has TimescaleDB: the extension timescaledb is installed in none of them");
	return true;
}

const struct verb verb_chunks = {
	.name = "chunks",
	.scope = VERB_READS,
	.level = GUARD_L0,
	.title = "Show hypertables: chunks, compression, retention",
	.help = "One row a hypertable and continuous aggregate of TimescaleDB: how many chunks it has, how many are compressed and what that saves, how long rows "
			"are kept, and whether retention does its work. The verdict comes from the ranges of the chunks, not from what a job says of itself.",
	.example = "pgtend chunks tracking",
	.shape = &shape,
	.run = run,
};
