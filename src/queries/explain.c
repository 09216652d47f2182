/* See queries/explain.h. In a read-only transaction that is rolled back. What is one statement here must be one to the server: standard_conforming_strings
 * is set before it, and where that can be it goes by the extended protocol, which takes one alone. */
#include "pgtend/queries/explain.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "pgtend/core/mem.h"
#include "pgtend/core/units.h"
#include "pgtend/pg/alone.h"
#include "pgtend/sql_embedded.h"

enum { READY_MS = 15000, DEADLINE_MS = 15000, LOCK_TIMEOUT_MS = 1000, GRACE_MS = 5000 };

static const struct table_column columns[] = {
	{"database", CELL_TEXT, "database", 0, "Name of the database in pgtend.ini."},
	{"query_id", CELL_TEXT, "query id", 1, "Number of the statement, where it was given by that; as text, as in `statements` (pg_stat_statements.queryid)."},
	{"is_analyzed", CELL_BOOL, "run", 0, "Whether it was run to measure it."},
	{"is_generic", CELL_BOOL, "generic", 1, "Whether it is the plan for any values: the statement was given by its number, and has none."},
	{"cost", CELL_REAL, "cost", 0, "What the planner thinks that it costs, in its own unit (EXPLAIN: Total Cost)."},
	{"rows", CELL_COUNT, "rows", 0, "Rows that the planner expects (EXPLAIN: Plan Rows)."},
	{"actual_rows", CELL_COUNT, "actual rows", 0, "Rows that came (EXPLAIN: Actual Rows)."},
	{"planning_ms", CELL_MS, "planning", 0, "Time to make the plan (EXPLAIN: Planning Time)."},
	{"execution_ms", CELL_MS, "execution", 0, "Time to run it (EXPLAIN: Execution Time)."},
	{"plan", CELL_OBJECTS, NULL, 0, "The plan as EXPLAIN (FORMAT JSON) gives it; of an analyzed statement only where JSON was asked for, because it runs once."},
	{"text", CELL_TEXT, NULL, 0, "The plan as EXPLAIN gives it to people; null where an analyzed statement's JSON was asked for."},
	{"query", CELL_TEXT, NULL, 0, "The statement."},
};
const struct table_shape explain_shape = {"explain", columns, sizeof columns / sizeof *columns};

struct explaining {
	const struct explain *explain;
	struct database *database;
	struct session *session;
	char *sql;          /* the statement */
	bool is_generic;    /* its text has $1 for values */
	int parameters;
};

/* --- by its number ----------------------------------------------------------------------------- */

static bool read_text(struct explaining *at, const struct result *look, const struct result *result, struct err *err)
{
	const char *text = result_text(result, 0, result_column(result, "query"));
	const char *role = result_text(look, 0, result_column(look, "role"));

	if (text && !result_bool(result, 0, result_column(result, "is_hidden"))) {
		at->sql = mem_copy(text);
		return true;
	}
	/* of other roles' statements the number is hidden, too */
	if (!result_bool(look, 0, result_column(look, "may_read"))) {
		err_set(err, ERR_FAILED, "%s: pg_stat_statements has no statement %s that %s may see", at->database->name, at->explain->what, role);
		return err_hint(err, "those of other roles are shown after GRANT pg_read_all_stats TO %s", role);
	}
	err_set(err, ERR_USAGE, "%s: pg_stat_statements has no statement %s of this database", at->database->name, at->explain->what);
	return err_hint(err, "`pgtend statements %s` lists them", at->database->name);
}

static bool find_text(struct explaining *at, struct err *err)
{
	struct result *look = NULL, *result = NULL;
	bool is_good = session_query_wait(at->session, sql_probes_statements_look, NULL, 0, DEADLINE_MS, &look, err);
	const char *schema = is_good ? result_text(look, 0, result_column(look, "schema")) : NULL;

	if (is_good && !schema) {
		is_good = err_set(err, ERR_UNSUPPORTED, "%s: the extension pg_stat_statements is not installed, so statements have no numbers", at->database->name);
		err_hint(err, "`pgtend statements %s` says what is missing; a statement may be given as SQL", at->database->name);
	} else if (is_good) {
		const char *hole = strstr(sql_queries_statement_text, "public.pg_stat_statements");
		char *sql = mem_format("%.*s%s%s", (int)(hole - sql_queries_statement_text), sql_queries_statement_text, schema, hole + strlen("public"));

		is_good = session_query_wait(at->session, sql, &at->explain->what, 1, DEADLINE_MS, &result, err) && read_text(at, look, result, err);
		mem_free(sql);
	}
	result_free(look);
	result_free(result);
	return is_good;
}

/* A statement without values has a plan for any of them. */
static bool choose_way(struct explaining *at, struct err *err)
{
	at->parameters = explain_parameters(at->sql);
	at->is_generic = at->parameters > 0;
	if (!at->is_generic)
		return explain_check(at->sql, at->explain->is_analyze, err);
	if (!explain_check_kind(at->sql, false, err)) {
		err_prefix(err, "%s: the text of statement %s", at->database->name, at->explain->what);
		return false;
	}
	if (at->explain->is_analyze) {
		err_set(err, ERR_USAGE, "%s: statement %s has $1 for its values, so it cannot be run", at->database->name, at->explain->what);
		return err_hint(err, "give it as SQL with values, or leave out --analyze");
	}
	if (at->database->server->version_num < 160000 && session_is_pooled(at->session)) {
		err_set(err, ERR_UNSUPPORTED, "%s: a plan for any values needs a connection of its own before PostgreSQL 16, and a pooler is in between", at->database->name);
		return err_hint(err, "add direct = to its section");
	}
	return true;
}

/* --- what is asked ------------------------------------------------------------------------------- */

static bool is_by_generic_plan(const struct explaining *at)
{
	return at->is_generic && at->database->server->version_num >= 160000;
}

static char *explain_of(const struct explaining *at, bool is_json)
{
	bool is_own_way = is_by_generic_plan(at);
	struct text sql = {0};

	/* the prepared way has a setting of its own, which would only confuse */
	text_addf(&sql, "EXPLAIN (%s%s%sFORMAT %s) ", at->explain->is_analyze ? "ANALYZE, BUFFERS, " : "", at->is_generic && !is_own_way ? "" : "SETTINGS, ",
		is_own_way ? "GENERIC_PLAN, " : "", is_json ? "JSON" : "TEXT");
	if (!at->is_generic || is_own_way) {
		text_add(&sql, at->sql);
		return text_take(&sql);
	}
	text_add(&sql, "EXECUTE pgtend_explain(");
	for (int i = 0; i < at->parameters; i++)
		text_add(&sql, i > 0 ? ", NULL" : "NULL");
	text_add(&sql, ")");
	return text_take(&sql);
}

/* In words: what the server says of a plan is often about something else. */
static bool word_failure(const struct explaining *at, struct err *err)
{
	char age[UNITS_SIZE];

	if (strcmp(err->sqlstate, "57014") == 0 && err->kind != ERR_CANCELLED) {
		err_set(err, ERR_TIMEOUT, "%s: the statement was ended after %s, rolled back", at->database->name, units_ms(age, at->explain->timeout_ms));
		return err_hint(err, "--timeout lets it run longer");
	}
	if (strcmp(err->sqlstate, "25006") == 0) {
		err_hint(err, "--analyze runs a statement in a read-only transaction; without it the plan is shown and nothing is run");
	} else if (at->is_generic && strncmp(err->sqlstate, "42", 2) == 0) {
		err_hint(err, "with $1 for its values the text may be no SQL any more, or name what is not in this role's search_path: give it as SQL with values");
	}
	return err_prefix(err, "%s", at->database->name);
}

/* --- the answer -------------------------------------------------------------------------------- */

static void read_numbers(const char *json, struct table *rows, int row)
{
	json_t *array = json_loads(json, 0, NULL);
	json_t *whole = json_array_get(array, 0), *plan = json_object_get(whole, "Plan"), *number;

	if ((number = json_object_get(plan, "Total Cost")))
		table_set_real(rows, row, "cost", json_number_value(number));
	if ((number = json_object_get(plan, "Plan Rows")))
		table_set_int(rows, row, "rows", (int64_t)json_number_value(number));
	if ((number = json_object_get(plan, "Actual Rows")))
		table_set_int(rows, row, "actual_rows", (int64_t)json_number_value(number));
	if ((number = json_object_get(whole, "Planning Time")))
		table_set_real(rows, row, "planning_ms", json_number_value(number));
	if ((number = json_object_get(whole, "Execution Time")))
		table_set_real(rows, row, "execution_ms", json_number_value(number));
	json_decref(array);
}

static void read_lines(const struct result *result, struct table *rows, int row, struct report *report)
{
	struct text text = {0};

	for (int line = 0; line < result_rows(result); line++) {
		const char *words = result_text(result, line, 0);

		report_log(report, "%s", words ? words : "");
		text_addf(&text, "%s%s", line > 0 ? "\n" : "", words ? words : "");
	}
	table_set_text(rows, row, "text", text_str(&text));
	text_done(&text);
}

static bool number_after(const char *line, const char *word, double *number)
{
	const char *at = line ? strstr(line, word) : NULL;
	char *end;

	if (!at)
		return false;
	at += strlen(word);
	*number = strtod(at, &end);
	return end != at;
}

/* What stands last on a line of the plan is the server's own: names and values come before it. */
static const char *last_of(const char *line, const char *word)
{
	const char *found = NULL;

	for (const char *at = line ? strstr(line, word) : NULL; at; at = strstr(at + 1, word))
		found = at;
	return found;
}

/* A statement that is run is run once, for people: its numbers stand in the words. */
static void read_words(const struct result *result, struct table *rows, int row)
{
	const char *first = result_rows(result) > 0 ? result_text(result, 0, 0) : NULL, *plan = last_of(first, "  (cost=");
	const char *actual = plan ? strstr(plan, "(actual ") : NULL;
	double number;

	if (number_after(plan, "..", &number))
		table_set_real(rows, row, "cost", number);
	if (number_after(plan, " rows=", &number))
		table_set_int(rows, row, "rows", (int64_t)number);
	if (number_after(actual, "rows=", &number))
		table_set_int(rows, row, "actual_rows", (int64_t)number);
	for (int line = 1; line < result_rows(result); line++) {
		const char *words = result_text(result, line, 0);

		if (words && text_starts_with(words, "Planning Time: ") && number_after(words, ": ", &number))
			table_set_real(rows, row, "planning_ms", number);
		if (words && text_starts_with(words, "Execution Time: ") && number_after(words, ": ", &number))
			table_set_real(rows, row, "execution_ms", number);
	}
}

static void fill(const struct result *result, struct table *rows, struct report *report)
{
	const char *first = result_text(result, 0, 0);

	if (first && first[0] == '[') {
		table_set_text(rows, 0, "plan", first);
		read_numbers(first, rows, 0);
	} else {
		read_lines(result, rows, 0, report);
		read_words(result, rows, 0);
	}
}

static struct table *row_of(const struct explaining *at)
{
	struct table *rows = table_new(&explain_shape);
	int row = table_add_row(rows);

	table_set_text(rows, row, "database", at->database->name);
	if (explain_is_query_id(at->explain->what))
		table_set_text(rows, row, "query_id", at->explain->what);
	table_set_int(rows, row, "is_analyzed", at->explain->is_analyze);
	table_set_int(rows, row, "is_generic", at->is_generic);
	table_set_text(rows, row, "query", at->sql);
	return rows;
}

/* One statement, and nothing beside it: that is what parameters are for, though there are none. With $1 in it EXPLAIN would want values then:
 * that one is known to be a single statement by the server's rules, too, since begin(). */
static bool ask_alone(const struct explaining *at, const char *sql, struct result **result, struct err *err)
{
	static const char *const none[] = {NULL};

	return session_query_wait(at->session, sql, is_by_generic_plan(at) ? NULL : none, 0, at->explain->timeout_ms + GRACE_MS, result, err);
}

static bool begin(const struct explaining *at, struct err *err)
{
	bool is_prepared = at->is_generic && !is_by_generic_plan(at);
	char *head = mem_format("BEGIN READ ONLY; SET LOCAL statement_timeout = %d; SET LOCAL lock_timeout = %d; SET LOCAL standard_conforming_strings = on%s",
		at->explain->timeout_ms, LOCK_TIMEOUT_MS, is_prepared ? "; SET LOCAL plan_cache_mode = force_generic_plan" : "");
	char *prepare = is_prepared ? mem_format("PREPARE pgtend_explain AS %s", at->sql) : NULL;
	/* behind a pooler the transaction stays with this session, and what follows with it */
	const struct session_statement statement = {.sql = head};
	bool is_good = session_alone_wait(at->session, &statement, NULL, err) && (!prepare || ask_alone(at, prepare, NULL, err));

	mem_free(prepare);
	mem_free(head);
	return is_good;
}

static bool ask_format(const struct explaining *at, bool is_json, struct table *rows, struct report *report, struct err *err)
{
	struct result *result = NULL;
	char *sql = explain_of(at, is_json);
	bool is_good = ask_alone(at, sql, &result, err);

	if (is_good)
		fill(result, rows, report);
	result_free(result);
	mem_free(sql);
	return is_good;
}

/* What is left open by a failure ends with the session, which is nobody else's. */
static bool ask(const struct explaining *at, struct report *report, struct err *err)
{
	const struct session_statement end = {.sql = "ROLLBACK"};
	bool is_run = at->explain->is_analyze, wants_json = at->explain->wants_json;
	struct table *rows = row_of(at);
	bool is_good = begin(at, err) && ((is_run && wants_json) || ask_format(at, false, rows, report, err)) &&
		((is_run && !wants_json) || ask_format(at, true, rows, report, err)) && session_alone_wait(at->session, &end, NULL, err);

	if (!is_good) {
		table_free(rows);
		return word_failure(at, err);
	}
	report_rows(report, rows);
	return true;
}

static bool prepare(struct fleet *fleet, struct explaining *at, struct err *err)
{
	bool is_number = explain_is_query_id(at->explain->what);

	if (!is_number && !explain_check(at->explain->what, at->explain->is_analyze, err))
		return false;
	at->session = database_action_session(fleet, at->database, NULL, "explain", LOCK_TIMEOUT_MS, true);
	if (!session_ready_wait(at->session, READY_MS, err) || !database_learn_wait(fleet, at->database, at->session, err))
		return false;
	if (is_number)
		return find_text(at, err) && choose_way(at, err);
	at->sql = mem_copy(at->explain->what);
	return true;
}

bool explain_run(struct fleet *fleet, struct database *database, const struct explain *explain, struct report *report, struct err *err)
{
	struct explaining at = {.explain = explain, .database = database};
	bool is_good = prepare(fleet, &at, err) && ask(&at, report, err);

	if (at.session)
		session_free(at.session);
	mem_free(at.sql);
	return is_good;
}

bool explain_preview(struct database *database, const struct explain *explain, struct report *report, struct err *err)
{
	char age[UNITS_SIZE];

	if (!explain_is_query_id(explain->what) && !explain_check(explain->what, explain->is_analyze, err))
		return false;
	report_log(report, "%s", explain->what);
	if (!explain->is_analyze) {
		report_log(report, "is planned in %s; nothing is run", database->name);
		return true;
	}
	report_log(report, "is run in %s to measure its plan: in a read-only transaction that is rolled back, for %s at most, waiting %d s for a lock",
		database->name, units_ms(age, explain->timeout_ms), LOCK_TIMEOUT_MS / 1000);
	return true;
}
