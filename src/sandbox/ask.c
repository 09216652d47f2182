/* SQL to the sandbox's own servers, over their sockets. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "internal.h"
#include "pgtend/config/conninfo.h"
#include "pgtend/core/mem.h"
#include "pgtend/loop/task.h"

enum { CONNECT_DEADLINE_MS = 10000, QUERY_DEADLINE_MS = 60000, POLL_MS = 100 };

enum ask_where ask_tracking(const struct place *place)
{
	return place->is_native ? ASK_CLUSTER : ASK_POOLER;
}

static void set(struct conninfo *info, const char *keyword, const char *value)
{
	struct err err;
	if (!conninfo_set(info, keyword, value, &err))
		mem_die("libpq does not know a keyword of its own");
}

struct session *ask_session(
    const struct place *place, enum ask_where where, const char *dbname, const char *application)
{
	struct err err;
	struct conninfo *info = conninfo_parse(NULL, &err);
	if (info == NULL)
		mem_die("libpq refuses an empty connection string");
	char port[16];
	snprintf(port, sizeof port, "%d", where == ASK_CLUSTER ? place->cluster_port : place->pooler_port);
	set(info, "host", place->run);
	set(info, "port", port);
	set(info, "user", "postgres");
	set(info, "dbname", dbname);
	set(info, "sslmode", "disable");
	set(info, "application_name", application);
	const struct session_options options = {
	    .is_admin_console = strcmp(dbname, "pgbouncer") == 0, .connect_deadline_ms = CONNECT_DEADLINE_MS};
	struct session *session = session_new(place->loop, info, &options);
	conninfo_free(info);
	return session;
}

bool ask(const struct place *place, enum ask_where where, const char *dbname, const char *sql, struct result **result,
    struct err *err)
{
	struct session *session = ask_session(place, where, dbname, "pgtend sandbox");
	struct result *answer = NULL;
	bool is_ok = session_ready_wait(session, CONNECT_DEADLINE_MS, err) &&
	             session_query_wait(session, sql, NULL, 0, QUERY_DEADLINE_MS, &answer, err);
	if (!is_ok)
		err_prefix(err, "%s", dbname);
	if (is_ok && result != NULL) {
		*result = answer;
		answer = NULL;
	}
	result_free(answer);
	session_free(session);
	return is_ok;
}

static bool is_true(const struct result *result)
{
	const char *text = result_rows(result) > 0 ? result_text(result, 0, 0) : NULL;
	return text != NULL && (strcmp(text, "t") == 0 || strtol(text, NULL, 10) > 0);
}

bool ask_until(const struct place *place, enum ask_where where, const char *dbname, const char *sql, int patience_ms,
    struct err *err)
{
	struct session *session = ask_session(place, where, dbname, "pgtend sandbox");
	bool is_ok = session_ready_wait(session, CONNECT_DEADLINE_MS, err), is_seen = false;
	for (int waited = 0; is_ok && !is_seen; waited += POLL_MS) {
		struct result *answer = NULL;
		is_ok = session_query_wait(session, sql, NULL, 0, QUERY_DEADLINE_MS, &answer, err);
		is_seen = is_ok && is_true(answer);
		result_free(answer);
		if (is_ok && !is_seen && waited >= patience_ms)
			is_ok =
			    err_set(err, ERR_TIMEOUT, "%s: did not come to be within %d s: %s", dbname, patience_ms / 1000, sql);
		if (is_ok && !is_seen)
			task_sleep(POLL_MS);
		if (task_is_cancelled() && is_ok && !is_seen)
			is_ok = err_set(err, ERR_CANCELLED, "cancelled");
	}
	session_free(session);
	return is_ok;
}
