/* vectors: columns of pgvector, the rows that have none, and the indexes over them. */
#include <string.h>

#include "gather.h"
#include "pgtend/core/mem.h"
#include "pgtend/core/units.h"
#include "pgtend/probes/collector.h"
#include "pgtend/probes/shapes.h"
#include "pgtend/probes/vectors.h"

enum { DEADLINE_MS = 30000, LOCK_TIMEOUT_MS = 1000 };

static const struct table_column columns[] = {
	{"database", CELL_TEXT, "database", 0, "Name of the database in pgtend.ini."},
	VECTORS_COLUMNS,
};
static const struct table_shape shape = {"vectors", columns, sizeof columns / sizeof *columns};

static const struct verb_option options[] = {
	{"--table", OPTION_TABLE, "[SCHEMA.]NAME", true, "this table only"},
	{"--exact", OPTION_FLAG, NULL, false, "count rows with and without a vector, which reads the tables"},
	{"--timeout", OPTION_DURATION, "DURATION", false, "with --exact: how long one table may take (5min)"},
	{0},
};

static const enum fact facts[] = {FACT_VECTORS, FACT_COUNT};

static bool is_named(const struct words *wanted, const struct table *table, int row)
{
	const char *name = table_get_text(table, row, "table");
	char *whole = mem_format("%s.%s", table_get_text(table, row, "schema"), name);
	bool is_wanted = wanted->count == 0 || words_has(wanted, name) || words_has(wanted, whole);

	mem_free(whole);
	return is_wanted;
}

/* --- counting ---------------------------------------------------------------------------------- */

static int timeout_ms(const struct action *action)
{
	static const double default_s = 300, most_s = 86400;
	const char *given = command_option(action->command, "--timeout");
	double seconds = 0;

	if (!given || !units_parse_duration_s(given, &seconds) || seconds <= 0)
		seconds = default_s;
	return (int)((seconds < most_s ? seconds : most_s) * 1000);
}

static void set_counts(struct table *all, int row, int64_t rows, int64_t without)
{
	table_set_int(all, row, "rows", rows);
	table_set_int(all, row, "without", without);
	table_set_real(all, row, "without_ratio", rows > 0 ? (double)without / (double)rows : 0);
	table_set_int(all, row, "is_exact", true);
}

static bool count_row(struct action *action, struct session *session, struct table *all, int row, struct err *err)
{
	char *schema = session_quote_identifier(session, table_get_text(all, row, "schema"));
	char *name = session_quote_identifier(session, table_get_text(all, row, "table"));
	char *column = session_quote_identifier(session, table_get_text(all, row, "column"));
	char *sql = mem_format("SELECT count(*) AS rows, count(*) FILTER (WHERE %s IS NULL) AS without FROM ONLY %s.%s", column, schema, name);
	struct result *result = NULL;
	bool is_counted = session_query_wait(session, sql, NULL, 0, timeout_ms(action), &result, err);

	if (is_counted)
		set_counts(all, row, result_int(result, 0, 0, 0), result_int(result, 0, 1, 0));
	result_free(result);
	mem_free(sql);
	mem_free(column);
	mem_free(name);
	mem_free(schema);
	return is_counted;
}

/* A column with several indexes has several rows, and is counted once. */
static bool copy_counted(struct table *all, int first, int row)
{
	for (int before = first; before < row; before++) {
		bool is_same = table_get_int(all, before, "is_exact", 0) != 0;

		for (const char *const *key = (const char *const[]){"schema", "table", "column", NULL}; *key && is_same; key++)
			is_same = strcmp(table_get_text(all, before, *key), table_get_text(all, row, *key)) == 0;
		if (is_same) {
			int64_t rows = table_get_int(all, before, "rows", 0);

			set_counts(all, row, rows, table_get_int(all, before, "without", 0));
			return true;
		}
	}
	return false;
}

static bool is_held(const struct table *all, int row)
{
	return table_get(all, row, "is_exact")->missing == MISSING_LOCKED;
}

static bool count_all(struct action *action, struct database *database, struct table *all, int first, struct err *err)
{
	struct session *session = database_action_session(action->fleet, database, NULL, "vectors", LOCK_TIMEOUT_MS, false);
	bool is_good = session_ready_wait(session, DEADLINE_MS, err);

	for (int row = first; is_good && row < table_rows(all); row++) {
		struct err why = {0};

		if (is_held(all, row) || copy_counted(all, first, row))
			continue;
		if (!count_row(action, session, all, row, &why))
			report_log(action->report, "%s: %s.%s was not counted: %s", database->name, table_get_text(all, row, "schema"), table_get_text(all, row, "table"), why.text);
		is_good = session_state(session) == SESSION_READY;
		if (!is_good)
			*err = why;
	}
	session_free(session);
	return is_good;
}

/* --- the verb ----------------------------------------------------------------------------------- */

static int hidden_in(const struct table *all, int first)
{
	int hidden = 0;

	for (int row = first; row < table_rows(all); row++)
		hidden += table_get(all, row, "without")->missing == MISSING_PRIVILEGE;
	return hidden;
}

static bool add_rows(struct action *action, struct database *database, struct table *all, struct err *err)
{
	const struct words *wanted = command_option_all(action->command, "--table");
	const struct table *table = database->facts[FACT_VECTORS].table;
	int first = table_rows(all);

	for (int from = 0; table && from < table_rows(table); from++) {
		if (!is_named(wanted, table, from))
			continue;
		int row = table_add_row(all);

		table_copy_row(all, row, table, from);
		table_set_text(all, row, "database", database->name);
	}
	bool is_good = !command_flag(action->command, "--exact") || table_rows(all) == first || count_all(action, database, all, first, err);

	if (table && table_rows(table) == 0)
		report_log(action->report, "%s has no column of pgvector", database->name);
	gather_hint_hidden(action, database, hidden_in(all, first));
	return is_good;
}

static bool run(struct action *action, struct err *err)
{
	const struct words *wanted = command_option_all(action->command, "--table");
	struct table *all = table_new(&shape);
	bool is_good = true;

	collect_wait(action->fleet, action->databases, action->database_count, facts, DEADLINE_MS);
	for (int i = 0; i < action->database_count && is_good; i++)
		is_good = add_rows(action, action->databases[i], all, err);
	int found = table_rows(all);

	vectors_advise(all);
	report_rows(action->report, all);
	if (!is_good || !gather_verdict(action, FACT_VECTORS, err))
		return false;
	if (found == 0 && wanted->count > 0)
		return err_set(err, ERR_USAGE, "no table with vectors is called %s", wanted->v[0]);
	return true;
}

const struct verb verb_vectors = {
	.name = "vectors",
	.scope = VERB_READS,
	.options = options,
	.level = GUARD_L0,
	.title = "Show pgvector's columns and their indexes",
	.help = "One row a column and index: dimensions, rows that have no vector, lists of ivfflat against what pgvector advises for so many rows, density of "
			"hnsw, and whether the index fits into maintenance_work_mem. Rows are the server's estimates; --exact counts them, and leaves out what "
			"somebody holds for himself.",
	.example = "pgtend vectors macro --exact",
	.shape = &shape,
	.run = run,
};
