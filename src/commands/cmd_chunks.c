/* chunks: what CHUNKS shows, of every database with TimescaleDB. */
#include <string.h>

#include "gather.h"
#include "pgtend/core/mem.h"
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

static const struct table_column list_columns[] = {
	{"database", CELL_TEXT, "database", 0, "Name of the database in pgtend.ini."},
	CHUNK_LIST_COLUMNS,
};
static const struct table_shape list_shape = {"chunk_list", list_columns, sizeof list_columns / sizeof *list_columns};

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

/* What is hidden has two reasons: the server's folders, and the rows of the hypertable itself. */
static void hint_grants_of(struct action *action, const struct database *database, const struct table *all)
{
	bool has_said_disk = false;

	for (int row = 0; row < table_rows(all); row++) {
		const char *whose = table_get_text(all, row, "database");

		if (!whose || strcmp(whose, database->name) != 0)
			continue;
		if (!has_said_disk && table_get(all, row, "disk_free_bytes")->missing == MISSING_PRIVILEGE) {
			gather_hint_grant_in(action, database, "pg_monitor");
			has_said_disk = true;
		}
		if (table_get(all, row, "newest_row")->missing != MISSING_PRIVILEGE)
			continue;
		char *schema = text_sql_name(table_get_text(all, row, "schema")), *name = text_sql_name(table_get_text(all, row, "name"));
		char *granted = mem_format("SELECT ON %s.%s", schema, name);

		gather_hint_grant_in(action, database, granted);
		mem_free(granted);
		mem_free(name);
		mem_free(schema);
	}
}

/* Which of them have TimescaleDB is known when they were asked. */
static bool verdict(struct action *action, enum fact fact, bool is_any_named, struct err *err)
{
	const char *wanted = command_option(action->command, "--table");
	int with_extension = 0;

	for (int i = 0; i < action->database_count; i++)
		with_extension += action->databases[i]->has_timescaledb;
	if (!gather_verdict(action, fact, err))
		return false;
	if (with_extension > 0)
		return !wanted || is_any_named || err_set(err, ERR_USAGE, "no hypertable or aggregate is called %s", wanted);
	if (action->database_count == 1)
		return err_set(err, ERR_UNSUPPORTED, "%s has no TimescaleDB: the extension timescaledb is not installed in it",
		               action->databases[0]->name);
	report_hint(action->report, "no database has TimescaleDB: the extension timescaledb is installed in none of them");
	return true;
}

static bool is_named(const struct table *table, int row, const char *wanted)
{
	const char *name = table_get_text(table, row, "name");
	char *whole = mem_format("%s.%s", table_get_text(table, row, "schema"), name);
	bool is_wanted = !wanted || strcmp(wanted, name) == 0 || strcmp(wanted, whole) == 0;

	mem_free(whole);
	return is_wanted;
}

static bool run_hypertables(struct action *action, struct err *err)
{
	static const enum fact facts[] = {FACT_CHUNKS, FACT_INGEST, FACT_COUNT};
	const char *wanted = command_option(action->command, "--table");
	struct table *all = table_new(&shape);

	collect_wait(action->fleet, action->databases, action->database_count, facts, DEADLINE_MS);
	for (int i = 0; i < action->database_count; i++)
		add_rows(action->databases[i], all);
	for (int row = table_rows(all) - 1; row >= 0; row--)
		if (!is_named(all, row, wanted))
			table_remove_row(all, row);
	int found = table_rows(all);

	for (int i = 0; i < action->database_count; i++)
		hint_grants_of(action, action->databases[i], all);
	report_rows(action->report, all);
	tell_ingest(action);
	return verdict(action, FACT_CHUNKS, found > 0, err);
}

/* --- one by one ---------------------------------------------------------------------------- */

static bool is_folded(const struct table *list)
{
	for (int row = 0; list && row < table_rows(list); row++)
		if (table_get_int(list, row, "chunks", 1) > 1)
			return true;
	return false;
}

static void add_list(const struct database *database, const struct table *list, const char *wanted, struct table *all)
{
	for (int from = 0; list && from < table_rows(list); from++) {
		if (!is_named(list, from, wanted))
			continue;
		int row = table_add_row(all);

		table_copy_row(all, row, list, from);
		table_set_text(all, row, "database", database->name);
	}
}

/* The facts fold where chunks are very many; who asks for a list wants each of them. */
static bool add_unfolded(struct action *action, struct database *database, const char *wanted, struct table *all, struct err *err)
{
	struct probe_target target = {.fleet = action->fleet, .server = database->server, .database = database};
	struct table *list = table_new(&chunk_list_shape);
	bool is_read = chunk_list_read(&target, database_session(action->fleet, database), wanted, 0, list, err);

	if (is_read)
		add_list(database, list, wanted, all);
	table_free(list);
	return is_read;
}

static bool run_list(struct action *action, struct err *err)
{
	static const enum fact facts[] = {FACT_CHUNK_LIST, FACT_COUNT};
	const char *wanted = command_option(action->command, "--table");
	struct table *all = table_new(&list_shape);

	collect_wait(action->fleet, action->databases, action->database_count, facts, DEADLINE_MS);
	for (int i = 0; i < action->database_count; i++) {
		struct database *database = action->databases[i];
		struct facts *found = &database->facts[FACT_CHUNK_LIST];
		struct err failure = {0};

		if (!is_folded(found->table))
			add_list(database, found->table, wanted, all);
		else if (!add_unfolded(action, database, wanted, all, &failure))
			facts_fail(found, &failure);
	}
	report_rows(action->report, all);
	/* a hypertable without chunks has no rows here: that is no mistake */
	return verdict(action, FACT_CHUNK_LIST, true, err);
}

static bool run(struct action *action, struct err *err)
{
	return command_flag(action->command, "--list") ? run_list(action, err) : run_hypertables(action, err);
}

static const struct verb_option options[] = {
	{"--list", OPTION_FLAG, NULL, false, "one row a chunk, oldest first: range, state, rows, bytes before and after compression"},
	{"--table", OPTION_TABLE, "[SCHEMA.]NAME", false, "this hypertable or aggregate only"},
	{0},
};

const struct verb verb_chunks = {
	.name = "chunks",
	.scope = VERB_READS,
	.options = options,
	.level = GUARD_L0,
	.title = "Show hypertables: chunks, compression, retention",
	.help = "One row a hypertable and continuous aggregate of TimescaleDB: how many chunks it has, how many are compressed and what that saves, how long rows "
			"are kept, and whether retention does its work. The verdict comes from the ranges of the chunks, not from what a job says of itself. "
			"With --list one row a chunk.",
	.example = "pgtend chunks tracking",
	.shape = &shape,
	.other_option = "--list",
	.other_shape = &list_shape,
	.run = run,
};
