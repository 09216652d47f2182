/* The walk along the checklist. See preflight/preflight.h. */
#include <string.h>

#include "internal.h"
#include "pgtend/core/mem.h"
#include "pgtend/core/units.h"
#include "pgtend/loop/task.h"
#include "pgtend/probes/collector.h"
#include "pgtend/sql_embedded.h"

enum { COLLECT_MS = 20000, READY_MS = 15000, ASK_MS = 15000 };

static const struct table_column columns[] = {
    {"database", CELL_TEXT, "database", 0, "Name of the [database] section; null: the repository as a whole."},
    {"line", CELL_TEXT, "line", 0,
        "The line of the checklist: server, rehearsed, way-back, backup, variables, env-example, tls, pools, credentials, utc, monitoring."},
    {"subject", CELL_TEXT, "subject", 1, "What of it: a migration, a server, a role, a .env file; null: the database as a whole."},
    {"state", CELL_TEXT, "state", 0,
        "ok, finding, unknown (could not be looked at; counts as a finding), note (to know, nothing to mend), skipped (does not apply here)."},
    {"what", CELL_TEXT, "what", 0, "What was found, as a sentence."},
    {"mend", CELL_TEXT, "mend", 2, "The command that mends it, or what to do; null: nothing."},
};
const struct table_shape preflight_shape = {"preflight", columns, sizeof columns / sizeof columns[0]};

void line_add(struct preflight *preflight, const struct database *database, const char *line, const char *subject, enum line_state state, char *what,
    char *mend)
{
	static const char *const words[] = {
	    [LINE_OK] = "ok", [LINE_NOTE] = "note", [LINE_SKIPPED] = "skipped", [LINE_FINDING] = "finding", [LINE_UNKNOWN] = "unknown"};
	int row = table_add_row(preflight->rows);
	table_set_text(preflight->rows, row, "database", database != NULL ? database->name : NULL);
	table_set_text(preflight->rows, row, "line", line);
	table_set_text(preflight->rows, row, "subject", subject);
	table_set_text(preflight->rows, row, "state", words[state]);
	table_set_text(preflight->rows, row, "what", what);
	table_set_text(preflight->rows, row, "mend", mend);
	preflight->findings += state == LINE_FINDING;
	preflight->unknown += state == LINE_UNKNOWN;
	mem_free(what);
	mem_free(mend);
}

void line_add_error(struct preflight *preflight, const struct database *database, const char *line, const char *subject, const struct err *err)
{
	line_add(preflight, database, line, subject, err->kind == ERR_UNSUPPORTED ? LINE_SKIPPED : LINE_UNKNOWN, mem_copy(err->text),
	    err->hint[0] != '\0' ? mem_copy(err->hint) : NULL);
}

char *line_list(const struct words *words, size_t most)
{
	struct text list = {0};
	for (size_t i = 0; i < words->count && i < most; i++)
		text_addf(&list, "%s%s", i > 0 ? ", " : "", words->v[i]);
	if (words->count > most)
		text_addf(&list, " and %zu more", words->count - most);
	return text_take(&list);
}

bool line_ask(struct preflight *preflight, struct database *database, struct session *session, const char *line, const char *sql, struct result **result)
{
	struct err why = {0};
	*result = NULL;
	if (session_query_wait(session, sql, NULL, 0, ASK_MS, result, &why))
		return true;
	line_add_error(preflight, database, line, NULL, &why);
	result_free(*result);
	*result = NULL;
	return false;
}

const char *line_server_text(const struct preflight *preflight, const char *column)
{
	return result_text(preflight->server, 0, result_column(preflight->server, column));
}

int64_t line_server_int(const struct preflight *preflight, const char *column)
{
	return result_int(preflight->server, 0, result_column(preflight->server, column), 0);
}

bool line_server_bool(const struct preflight *preflight, const char *column)
{
	return result_bool(preflight->server, 0, result_column(preflight->server, column));
}

/* --- one database ------------------------------------------------------------------------------------ */

static bool ask_server(struct preflight *preflight, struct database *database, struct session *session, struct err *err)
{
	const struct facts *facts = database_facts(database, FACT_SERVER);
	/* Who did not answer all others either is not waited for again. */
	if (facts->err.kind == ERR_UNREACHABLE || facts->err.kind == ERR_TIMEOUT) {
		*err = facts->err;
		return false;
	}
	return session_ready_wait(session, READY_MS, err) && database_learn_wait(preflight->fleet, database, session, err) &&
	       session_query_wait(session, sql_preflight_server, NULL, 0, ASK_MS, &preflight->server, err);
}

/* The server line: it answers, and can be written to. */
static bool look_at_server(struct preflight *preflight, struct database *database, struct session *session)
{
	struct err why = {0};
	const char *label = database->server->label;
	if (!ask_server(preflight, database, session, &why)) {
		result_free(preflight->server);
		preflight->server = NULL;
		line_add(preflight, database, "server", label, LINE_FINDING, mem_copy(why.text), mem_format("pgtend doctor %s", database->name));
		return false;
	}
	if (line_server_bool(preflight, "is_in_recovery"))
		line_add(preflight, database, "server", label, LINE_FINDING, mem_copy("it is a standby: nothing can be written here"),
		    mem_copy("name its primary in pgtend.ini"));
	else
		line_add(preflight, database, "server", label, LINE_OK, mem_format("answers, PostgreSQL %s", database->server->version), NULL);
	return true;
}

static bool is_first_of_server(const struct preflight *preflight, int at)
{
	for (int i = 0; i < at; i++)
		if (preflight->databases[i]->server == preflight->databases[at]->server)
			return false;
	return true;
}

static void look_at(struct preflight *preflight, int at)
{
	struct database *database = preflight->databases[at];
	struct session *session = database_session(preflight->fleet, database);
	char *history = NULL;
	report_step(preflight->report, "looking at %s", database->name);
	bool is_live = look_at_server(preflight, database, session);
	if (is_live)
		line_migrations(preflight, database, session, &history);
	line_backup(preflight, database);
	line_variables(preflight, database);
	line_password(preflight, database);
	if (is_live) {
		line_tls(preflight, database, session, is_first_of_server(preflight, at));
		line_utc(preflight, database, session, history);
	}
	if (is_live && is_first_of_server(preflight, at)) {
		line_pools(preflight, database);
		line_roles(preflight, database, session);
	}
	mem_free(history);
	result_free(preflight->server);
	preflight->server = NULL;
}

/* --- all of them ------------------------------------------------------------------------------------- */

static bool sum_up(struct preflight *preflight, struct err *err)
{
	int rows = table_rows(preflight->rows);
	int bad = preflight->findings + preflight->unknown;
	/* what was not looked at any more would be told as findings */
	if (task_is_cancelled()) {
		table_free(preflight->rows);
		return err_set(err, ERR_CANCELLED, "cancelled");
	}
	report_rows(preflight->report, preflight->rows);
	if (bad == 0) {
		report_summary(preflight->report, "%d lines looked at, nothing found", rows);
		return true;
	}
	err_set(err, ERR_FAILED, "%d finding%s%s", preflight->findings, preflight->findings == 1 ? "" : "s", preflight->unknown > 0 ? "" : " before a deployment");
	if (preflight->unknown > 0)
		err_set(err, ERR_FAILED, "%d finding%s, and %d line%s could not be looked at", preflight->findings, preflight->findings == 1 ? "" : "s",
		    preflight->unknown, preflight->unknown == 1 ? "" : "s");
	return false;
}

bool preflight_wait(struct fleet *fleet, struct database *const *databases, int count, struct report *report, struct err *err)
{
	static const enum fact facts[] = {FACT_SERVER, FACT_BACKUP, FACT_ARCHIVER, FACT_POINTS, FACT_POOLS, FACT_TLS, FACT_COUNT};
	struct preflight preflight = {.fleet = fleet, .report = report, .databases = databases, .count = count, .rows = table_new(&preflight_shape)};
	report_step(report, "asking %d database%s", count, count == 1 ? "" : "s");
	collect_wait(fleet, databases, count, facts, COLLECT_MS);
	for (int i = 0; i < count; i++) {
		look_at(&preflight, i);
		report_progress(report, i + 1, count, "databases");
	}
	line_poolers(&preflight);
	line_env_files(&preflight);
	line_monitoring(&preflight);
	return sum_up(&preflight, err);
}
