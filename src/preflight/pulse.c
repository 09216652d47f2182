/* The numbers of one moment: asked, written down, read again. See preflight/pulse.h. */
#include <stdlib.h>
#include <string.h>

#include "pgtend/core/json.h"
#include "pgtend/core/mem.h"
#include "pgtend/core/places.h"
#include "pgtend/core/units.h"
#include "pgtend/health/health.h"
#include "pgtend/probes/shapes.h"
#include "pgtend/sql_embedded.h"
#include "pulse.h"

enum { ASK_MS = 3000 };

void pulse_free(struct pulse *pulse)
{
	if (pulse == NULL)
		return;
	words_done(&pulse->reasons);
	mem_free(pulse->what);
	mem_free(pulse->verdict);
	mem_free(pulse->stats_reset);
	mem_free(pulse->schema);
	mem_free(pulse->unseen);
	mem_free(pulse->unseen_mend);
	mem_free(pulse->who);
	mem_free(pulse->role);
	mem_free(pulse->statements);
	mem_free(pulse);
}

/* --- asking ------------------------------------------------------------------------------------------------ */

/* What the one threshold engine makes of these numbers alone: on copies, so that nobody's facts are touched. */
static void judge(struct fleet *fleet, const struct database *database, struct table *databases, struct pulse *pulse)
{
	struct server server = *database->server;
	struct database copy = *database;
	struct health health;
	memset(server.facts, 0, sizeof server.facts);
	memset(copy.facts, 0, sizeof copy.facts);
	copy.server = &server;
	/* It has just answered, also where nobody asked what it can do. */
	server.is_known = true;
	server.has[CAP_ACTIVITY] = pulse->has_counters;
	server.facts[FACT_DATABASES].table = databases;
	health_judge(fleet, &copy, &health);
	pulse->verdict = mem_copy(verdict_word(health.verdict));
	for (size_t i = 0; i < health.reasons.count; i++)
		words_add(&pulse->reasons, health.reasons.v[i]);
	health_done(&health);
}

static void take_row(const struct result *result, const struct table *table, int row, struct pulse *pulse)
{
	pulse->has_counters = row >= 0 && !result_bool(result, row, result_column(result, "is_without_sessions"));
	pulse->has_sessions = pulse->has_counters && !result_bool(result, row, result_column(result, "is_hidden"));
	if (row < 0)
		return;
	pulse->commits = table_get_int(table, row, "commits", 0);
	pulse->rollbacks = table_get_int(table, row, "rollbacks", 0);
	pulse->waiting = table_get_int(table, row, "waiting", 0);
	pulse->blocked_s = table_get_real(table, row, "blocked_s", 0);
}

static bool ask_databases(struct fleet *fleet, const struct database *database, struct session *session, struct pulse *pulse, struct err *err)
{
	struct result *result = NULL;
	bool is_answered = session_query_wait(session, sql_probes_databases, NULL, 0, ASK_MS, &result, err);
	if (is_answered) {
		struct table *table = table_new(&databases_shape);
		result_fill(result, table);
		take_row(result, table, database_row(database, table), pulse);
		judge(fleet, database, table, pulse);
		table_free(table);
	}
	result_free(result);
	return is_answered;
}

static bool ask_database(struct session *session, struct pulse *pulse, struct err *err)
{
	struct result *result = NULL;
	bool is_answered = session_query_wait(session, sql_preflight_pulse, NULL, 0, ASK_MS, &result, err);
	if (is_answered && result_rows(result) > 0) {
		pulse->deadlocks = result_int(result, 0, result_column(result, "deadlocks"), 0);
		pulse->stats_reset = mem_copy(result_text(result, 0, result_column(result, "stats_reset")));
		pulse->invalid_indexes = result_int(result, 0, result_column(result, "invalid_indexes"), 0);
		pulse->schema = mem_copy(result_text(result, 0, result_column(result, "statements_schema")));
		pulse->unseen = mem_copy(result_text(result, 0, result_column(result, "unseen")));
		pulse->unseen_mend = mem_copy(result_text(result, 0, result_column(result, "unseen_mend")));
		pulse->sees_all_statements = result_bool(result, 0, result_column(result, "sees_all_statements"));
		pulse->who = mem_copy(result_text(result, 0, result_column(result, "who")));
		pulse->role = mem_copy(result_text(result, 0, result_column(result, "role")));
	}
	result_free(result);
	return is_answered;
}

char *pulse_sql(struct session *session, const char *sql, const char *schema)
{
	static const char place[] = "public.pg_stat_statements(";
	const char *at = strstr(sql, place);
	char *quoted = session_quote_identifier(session, schema);
	if (at == NULL)
		mem_die("a question about statements has no place for the extension's schema");
	char *whole = mem_format("%.*s%s.%s", (int)(at - sql), sql, quoted, at + strlen("public."));
	mem_free(quoted);
	return whole;
}

/* That they cannot be had is no reason to know nothing. */
static void ask_statements(struct session *session, struct pulse *pulse)
{
	struct result *result = NULL;
	struct err why = {0};
	if (pulse->unseen != NULL || pulse->schema == NULL)
		return;
	char *sql = pulse_sql(session, sql_preflight_statements, pulse->schema);
	if (session_query_wait(session, sql, NULL, 0, ASK_MS, &result, &why)) {
		pulse->statements = mem_grow(NULL, (size_t)result_rows(result) + 1, sizeof *pulse->statements);
		for (int row = 0; row < result_rows(result); row++) {
			const char *total = result_text(result, row, 2);
			pulse->statements[pulse->count++] = (struct statement){.id = result_int(result, row, 0, 0),
			    .calls = result_int(result, row, 1, 0),
			    .total_ms = total != NULL ? strtod(total, NULL) : 0};
		}
	} else {
		pulse->unseen = mem_copy(why.text);
	}
	result_free(result);
	mem_free(sql);
}

bool pulse_take(struct fleet *fleet, const struct database *database, struct session *session, struct pulse **pulse, struct err *err)
{
	*pulse = MEM_NEW(struct pulse);
	(*pulse)->taken_us = units_now_us();
	if (ask_databases(fleet, database, session, *pulse, err) && ask_database(session, *pulse, err)) {
		ask_statements(session, *pulse);
		return true;
	}
	pulse_free(*pulse);
	*pulse = NULL;
	return false;
}

/* --- on disk ------------------------------------------------------------------------------------------------- */

static json_t *json_of(const struct pulse *pulse, const char *what)
{
	char at[UNITS_SIZE];
	json_t *reasons = json_array(), *statements = json_array();
	for (size_t i = 0; i < pulse->reasons.count; i++) {
		char *visible = text_visible(pulse->reasons.v[i]);
		json_array_append_new(reasons, json_string(visible));
		mem_free(visible);
	}
	for (int i = 0; i < pulse->count; i++)
		json_array_append_new(statements, json_pack("[I, I, f]", (json_int_t)pulse->statements[i].id, (json_int_t)pulse->statements[i].calls,
		                                      pulse->statements[i].total_ms));
	return json_pack("{s:s, s:s, s:s, s:o, s:b, s:b, s:I, s:I, s:I, s:s?, s:I, s:f, s:I, s:s?, s:b, s:o}", "at", units_rfc3339(at, pulse->taken_us), "what", what,
	    "verdict", pulse->verdict, "reasons", reasons, "has_counters", pulse->has_counters, "has_sessions", pulse->has_sessions, "commits",
	    (json_int_t)pulse->commits, "rollbacks", (json_int_t)pulse->rollbacks, "deadlocks", (json_int_t)pulse->deadlocks, "stats_reset", pulse->stats_reset,
	    "waiting", (json_int_t)pulse->waiting, "blocked_s", pulse->blocked_s, "invalid_indexes", (json_int_t)pulse->invalid_indexes, "unseen", pulse->unseen,
	    "sees_all_statements", pulse->sees_all_statements, "statements", statements);
}

bool pulse_keep(const struct database *database, const struct pulse *pulse, const char *what, struct err *err)
{
	char *path = database_state_path(database, "before", NULL), *folder = places_state("before");
	json_t *root = json_of(pulse, what);
	bool is_written = root != NULL ? places_make_folder(folder, err) && json_write_file(path, root, err)
	                               : err_set(err, ERR_FAILED, "%s: what is to be kept is no text", path);
	json_decref(root);
	mem_free(folder);
	mem_free(path);
	return is_written;
}

static void read_lists(const json_t *root, struct pulse *pulse)
{
	const json_t *reasons = json_object_get(root, "reasons"), *statements = json_object_get(root, "statements");
	for (size_t i = 0; i < json_array_size(reasons); i++)
		if (json_is_string(json_array_get(reasons, i)))
			words_add(&pulse->reasons, json_string_value(json_array_get(reasons, i)));
	pulse->statements = mem_grow(NULL, json_array_size(statements) + 1, sizeof *pulse->statements);
	for (size_t i = 0; i < json_array_size(statements); i++) {
		const json_t *one = json_array_get(statements, i);
		pulse->statements[pulse->count++] = (struct statement){.id = json_integer_value(json_array_get(one, 0)),
		    .calls = json_integer_value(json_array_get(one, 1)),
		    .total_ms = json_number_value(json_array_get(one, 2))};
	}
}

static int64_t integer(const json_t *root, const char *key)
{
	return json_integer_value(json_object_get(root, key));
}

static char *words_of(const json_t *root, const char *key)
{
	return mem_copy(json_string_value(json_object_get(root, key)));
}

struct pulse *pulse_read(const struct database *database, struct err *err)
{
	char *path = database_state_path(database, "before", NULL);
	json_t *root = NULL;
	const char *at = NULL;
	struct pulse *pulse = NULL;
	int64_t taken_us = 0;
	bool is_read = json_read_file(path, &root, err);
	if (is_read && ((at = json_string_value(json_object_get(root, "at"))) == NULL || !units_parse_time_us(at, &taken_us)))
		is_read = err_set(err, ERR_FAILED, "%s: is none of pgtend's", path);
	if (is_read) {
		pulse = MEM_NEW(struct pulse);
		*pulse = (struct pulse){.taken_us = taken_us,
		    .what = words_of(root, "what"),
		    .verdict = words_of(root, "verdict"),
		    .has_counters = json_is_true(json_object_get(root, "has_counters")),
		    .has_sessions = json_is_true(json_object_get(root, "has_sessions")),
		    .commits = integer(root, "commits"),
		    .rollbacks = integer(root, "rollbacks"),
		    .deadlocks = integer(root, "deadlocks"),
		    .stats_reset = words_of(root, "stats_reset"),
		    .waiting = integer(root, "waiting"),
		    .blocked_s = json_number_value(json_object_get(root, "blocked_s")),
		    .invalid_indexes = integer(root, "invalid_indexes"),
		    .unseen = words_of(root, "unseen"),
		    .sees_all_statements = json_is_true(json_object_get(root, "sees_all_statements"))};
		read_lists(root, pulse);
	}
	json_decref(root);
	mem_free(path);
	return pulse;
}
