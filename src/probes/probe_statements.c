/* FACT_STATEMENTS: what pg_stat_statements keeps of this database, the most expensive by each order.
 *
 * The columns follow the version of the extension, which is not the server's where nobody ran ALTER EXTENSION after an upgrade. */
#include <stdio.h>
#include <string.h>

#include "internal.h"
#include "pgtend/core/mem.h"
#include "pgtend/core/text.h"
#include "pgtend/probes/shapes.h"
#include "pgtend/sql_embedded.h"

static const struct table_column columns[] = {STATEMENTS_COLUMNS};
const struct table_shape statements_shape = {"statements", columns, sizeof columns / sizeof *columns};

enum { DEADLINE_MS = 10000 };

static const char *const hidden_columns[] = {"query_id", "query", NULL};
static const char *const columns_18[] = {"wal_bytes", "plans", "plan_ms", NULL};
static const char *const columns_111[] = {"since", NULL};

static int version_of(const char *text)
{
	int major = 0, minor = 0;

	return text && sscanf(text, "%4d.%4d", &major, &minor) == 2 ? major * 100 + minor : 0;
}

/* What must be done before there is anything to see. It belongs to the sentence: among several databases hints are not shown. */
static bool say_absent(const struct result *look, struct err *err)
{
	const char *available = result_text(look, 0, result_column(look, "available"));
	const char *is_loaded = result_text(look, 0, result_column(look, "is_loaded"));
	const char *remedy = "add pg_stat_statements to shared_preload_libraries, restart the server, then CREATE EXTENSION pg_stat_statements";

	if (!available)
		remedy = "the server does not even have it: install PostgreSQL's contrib package, add pg_stat_statements to shared_preload_libraries, restart";
	else if (!is_loaded)
		remedy = "CREATE EXTENSION pg_stat_statements, after a restart with it in shared_preload_libraries, which this role may not look into";
	else if (result_bool(look, 0, result_column(look, "is_loaded")))
		remedy = "the server has loaded it: CREATE EXTENSION pg_stat_statements here is all that is missing";
	return err_set(err, ERR_UNSUPPORTED, "the extension pg_stat_statements is not installed in this database: %s", remedy);
}

/* Which question suits; the schema's name takes the place of `public`. */
static char *question(const struct result *look)
{
	int version = version_of(result_text(look, 0, result_column(look, "version")));
	const char *schema = result_text(look, 0, result_column(look, "schema"));
	const char *sql = version >= 111 ? sql_probes_statements : version >= 108 ? sql_probes_statements_110 : sql_probes_statements_107;
	const char *at = strstr(sql, "public.pg_stat_statements");

	if (!at || !schema)
		mem_die("a question does not name pg_stat_statements");
	return mem_format("%.*s%s%s", (int)(at - sql), sql, schema, at + strlen("public"));
}

static void fill(const struct result *result, int version, struct table *table)
{
	result_fill(result, table);
	for (int row = 0; row < table_rows(table); row++) {
		if (version < 108)
			probe_mark_missing(table, row, columns_18, MISSING_VERSION);
		if (version < 111)
			probe_mark_missing(table, row, columns_111, MISSING_VERSION);
		if (!result_bool(result, row, result_column(result, "is_hidden")))
			continue;
		table_set_text(table, row, "query", NULL);
		probe_mark_missing(table, row, hidden_columns, MISSING_PRIVILEGE);
	}
}

/* Installed, and yet it cannot be read. */
static void word_failure(const struct result *look, struct err *err)
{
	const char *schema = result_text(look, 0, result_column(look, "schema")), *role = result_text(look, 0, result_column(look, "role"));

	if (strcmp(err->sqlstate, "55000") == 0)
		err_set(err, ERR_UNSUPPORTED,
			"pg_stat_statements is installed in this database, but the server has not loaded it: add it to shared_preload_libraries and restart");
	else if (strcmp(err->sqlstate, "42501") == 0)
		err_hint(err, "GRANT USAGE ON SCHEMA %s TO %s; GRANT EXECUTE ON FUNCTION %s.pg_stat_statements TO %s", schema, role, schema, role);
}

static bool ask_rows(struct session *session, const struct result *look, struct table *table, struct err *err)
{
	struct result *result = NULL;
	char *sql = question(look);
	bool is_answered = session_query_wait(session, sql, NULL, 0, DEADLINE_MS, &result, err);

	if (is_answered)
		fill(result, version_of(result_text(look, 0, result_column(look, "version"))), table);
	else
		word_failure(look, err);
	result_free(result);
	mem_free(sql);
	return is_answered;
}

static bool ask(const struct probe_target *target, struct session *session, struct table *table, struct err *err)
{
	struct result *look = NULL;

	(void)target;
	bool is_good = session_query_wait(session, sql_probes_statements_look, NULL, 0, DEADLINE_MS, &look, err);

	if (is_good && !result_text(look, 0, result_column(look, "version")))
		is_good = say_absent(look, err);
	else if (is_good)
		is_good = ask_rows(session, look, table, err);
	result_free(look);
	return is_good;
}

const struct probe probe_statements = {
	.fact = FACT_STATEMENTS,
	.name = "statements",
	.scope = PROBE_DATABASE,
	.tier = TIER_HOUR,
	.deadline_ms = DEADLINE_MS,
	.shape = &statements_shape,
	.ask = ask,
};
