/* One action on one database: its session, what the extension can do, statements that say who holds them up. */
#include <limits.h>
#include <string.h>

#include "internal.h"
#include "pgtend/core/mem.h"
#include "pgtend/core/units.h"
#include "pgtend/loop/task.h"
#include "pgtend/pg/alone.h"
#include "pgtend/sql_embedded.h"

enum { TICK_MS = 1000, TICK_DEADLINE_MS = 2000, MOST_NOTICES = 10 };

static double lock_timeout_s(const struct database *database)
{
	double seconds = section_seconds(database->section, "lock_timeout");
	return seconds <= 0 || seconds > INT_MAX / 1000.0 ? INT_MAX / 1000.0 : seconds;
}

static bool find_functions(struct acts *acts, struct err *err)
{
	struct result *result = NULL;
	bool is_answered = session_query_wait(acts->session, sql_tracking_functions, NULL, 0, ACTS_DEADLINE_MS, &result, err);
	if (is_answered && result_rows(result) > 0) {
		acts->schema = mem_copy(result_text(result, 0, 0));
		acts->has_columnstore = result_bool(result, 0, 1);
		acts->has_recompress = result_bool(result, 0, 2);
	}
	result_free(result);
	if (is_answered && acts->schema == NULL)
		return err_set(err, ERR_UNSUPPORTED, "%s has no TimescaleDB: the extension timescaledb is not installed in it",
		    acts->database->name);
	return is_answered;
}

/* Which question about chunks fits the catalogs; none: the public views. */
static bool find_shape(struct acts *acts, struct err *err)
{
	struct result *result = NULL;
	bool is_answered = session_query_wait(acts->session, sql_timescale_catalog, NULL, 0, ACTS_DEADLINE_MS, &result, err);
	const char *shape = is_answered && result_rows(result) == 1 ? result_text(result, 0, result_column(result, "chunks")) : NULL;
	if (shape == NULL || strcmp(shape, "public") == 0)
		acts->chunks_sql = sql_tracking_chunks_public;
	else
		acts->chunks_sql = strcmp(shape, "218") == 0   ? sql_tracking_chunks_218
		                   : strcmp(shape, "229") == 0 ? sql_tracking_chunks_229
		                                               : sql_tracking_chunks;
	result_free(result);
	return is_answered;
}

/* The applications come first. Behind a pooler the session is not ours to set. */
static void yield(struct acts *acts)
{
	struct err ignored;
	if (!session_is_pooled(acts->session) && !session_query_wait(acts->session, sql_tracking_yield, NULL, 0, ACTS_DEADLINE_MS, NULL, &ignored))
		report_log(acts->report, "warning: in a deadlock an application may be the one that is ended: %s", ignored.text);
}

bool acts_open(struct acts *acts, struct err *err)
{
	struct database *database = acts->database;
	acts->database_word = text_shell_word(database->name);
	acts->session = database_action_session(
	    acts->fleet, database, NULL, acts->verb, (int)(lock_timeout_s(database) * 1000 + 0.5), true);
	if (!session_ready_wait(acts->session, 0, err) || !database_learn_again_wait(acts->fleet, database, acts->session, err))
		return false;
	yield(acts);
	return find_functions(acts, err) && find_shape(acts, err);
}

void acts_close(struct acts *acts)
{
	session_free(acts->session);
	mem_free(acts->schema);
	mem_free(acts->database_word);
}

bool acts_need_community(const struct acts *acts, struct err *err)
{
	const char *license = acts->database->timescaledb_license;
	if (license == NULL || strcmp(license, "apache") != 0)
		return true;
	err_set(err, ERR_UNSUPPORTED,
	    "%s: this is the Apache edition of TimescaleDB, which has no policies, compression and continuous aggregates",
	    acts->database->name);
	return err_hint(err, "old chunks go by hand there: pgtend drop-chunks %s --older-than '30 days' --dry-run",
	    acts->database_word);
}

char *acts_patience(const struct acts *acts)
{
	char waits[UNITS_SIZE];
	double seconds = lock_timeout_s(acts->database);
	if (!acts->database->server->has[CAP_TIMEOUTS])
		return mem_copy("waits for a lock as long as it takes: this server does not honour lock_timeout");
	if (seconds >= INT_MAX / 1000.0)
		return mem_copy("waits for a lock as long as it takes: lock_timeout is 0");
	return mem_format("waits at most %s for a lock (lock_timeout)", units_ms(waits, seconds * 1000));
}

bool acts_is_lock(const struct err *err)
{
	return strcmp(err->sqlstate, "55P03") == 0 || strcmp(err->sqlstate, "40P01") == 0;
}

bool acts_is_over(const struct acts *acts, const struct err *err)
{
	enum session_state state = session_state(acts->session);
	return err->kind == ERR_CANCELLED || err->kind == ERR_UNREACHABLE || state == SESSION_DEAD || state == SESSION_CLOSED;
}

char *acts_quoted(const struct acts *acts, const char *schema, const char *name)
{
	char *s = session_quote_identifier(acts->session, schema), *n = session_quote_identifier(acts->session, name);
	char *both = mem_format("%s.%s", s, n);
	mem_free(s);
	mem_free(n);
	return both;
}

char *acts_shown(const char *schema, const char *name)
{
	return schema == NULL || strcmp(schema, "public") == 0 ? mem_copy(name) : mem_format("%s.%s", schema, name);
}

char *acts_now_function(struct acts *acts, const char *schema, const char *name)
{
	const char *params[] = {schema, name};
	struct result *r = NULL;
	struct err ignored;
	char *function = NULL;
	if (session_query_wait(acts->session, sql_tracking_now, params, 2, ACTS_DEADLINE_MS, &r, &ignored) && result_rows(r) > 0)
		function = mem_copy(result_text(r, 0, 0));
	result_free(r);
	return function;
}

/* --- statements ------------------------------------------------------------------------------- */

static void tell_notices(struct acts *acts, const struct result *result)
{
	const struct words *notices = result != NULL ? result_notices(result) : NULL;
	for (size_t i = 0; notices != NULL && i < notices->count && i < MOST_NOTICES; i++)
		report_log(acts->report, "%s", notices->v[i]);
	if (notices != NULL && notices->count > MOST_NOTICES)
		report_log(acts->report, "... and %zu more notices", notices->count - MOST_NOTICES);
}

struct waiting {
	struct acts *acts;
	char *step; /* what the report said before */
	char *pid;
};

/* Through the server's session for questions: the action's own is busy. */
static void look(void *arg)
{
	const struct waiting *waiting = arg;
	struct acts *acts = waiting->acts;
	struct session *session = server_session(acts->fleet, acts->database->server);
	const char *params[] = {waiting->pid};
	struct result *r = NULL;
	struct err ignored;
	char since[UNITS_SIZE];
	if (session_ready_wait(session, TICK_DEADLINE_MS, &ignored) &&
	    session_query_wait(session, sql_tracking_waiting, params, 1, TICK_DEADLINE_MS, &r, &ignored)) {
		const char *user = result_rows(r) > 0 ? result_text(r, 0, result_column(r, "user")) : NULL;
		if (result_rows(r) > 0)
			report_step(acts->report, "%s: waits for pid %s (%s, user %s, %s, %s)", waiting->step,
			    result_text(r, 0, result_column(r, "pid")), result_text(r, 0, result_column(r, "application")),
			    user != NULL ? user : "-", result_text(r, 0, result_column(r, "state")),
			    units_age(since, result_int(r, 0, result_column(r, "since_s"), 0)));
		else if (strcmp(waiting->step, acts->report->step) != 0)
			report_step(acts->report, "%s", waiting->step);
	}
	result_free(r);
}

bool acts_call(struct acts *acts, const char *sql, struct err *err)
{
	const struct server *server = acts->database->server;
	int pid = session_backend_pid(acts->session);
	bool can_look = server->has[CAP_ACTIVITY] && server->has[CAP_MANY_SESSIONS] && !session_is_pooled(acts->session) && pid > 0;
	struct waiting waiting = {acts, mem_copy(acts->report->step != NULL ? acts->report->step : acts->verb), mem_format("%d", pid)};
	struct session_statement statement = {.sql = sql, .tick_ms = can_look ? TICK_MS : 0, .tick = look, .arg = &waiting};
	struct result *result = NULL;
	bool is_done = session_alone_wait(acts->session, &statement, &result, err);
	tell_notices(acts, result);
	result_free(result);
	mem_free(waiting.step);
	mem_free(waiting.pid);
	return is_done;
}

bool acts_query(struct acts *acts, const char *sql, struct result **result, struct err *err)
{
	struct result *own = NULL;
	bool is_done = session_query_wait(acts->session, sql, NULL, 0, 0, &own, err);
	tell_notices(acts, own);
	if (result != NULL)
		*result = own;
	else
		result_free(own);
	return is_done;
}
