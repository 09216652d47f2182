/* What must be known of a server and a database before anything is asked or done: version, identity, capabilities. */
#include <string.h>

#include "pgtend/core/mem.h"
#include "pgtend/core/units.h"
#include "pgtend/fleet/fleet.h"
#include "pgtend/sql_embedded.h"

enum { LEARN_DEADLINE_MS = 10000 };

static void set_text(char **field, const char *value)
{
	char *copy = mem_copy(value);
	mem_free(*field);
	*field = copy;
}

/* PGlite has one backend, which answers pid 0 (measured: research notes in the README of the sandbox's server). */
static void learn_capabilities(struct server *server, bool is_single_backend)
{
	static const char *const lacks[CAP_COUNT] = {
		[CAP_CANCEL] = "this server is PGlite: its only backend cannot be cancelled",
		[CAP_TIMEOUTS] = "this server is PGlite: it does not honour statement_timeout and lock_timeout",
		[CAP_CREATE_DATABASE] = "this server is PGlite: it has exactly one database",
		[CAP_DUMP] = "this server is PGlite: pg_dump cannot read it",
		[CAP_MANY_SESSIONS] = "this server is PGlite: it serves one session at a time",
		[CAP_COPY_IN] = "this server is PGlite: COPY FROM STDIN would end it",
		[CAP_ACTIVITY] = "this server is PGlite: it has no pg_stat_activity",
	};
	for (int i = 0; i < CAP_COUNT; i++) {
		server->has[i] = !is_single_backend;
		set_text(&server->lacks[i], is_single_backend ? lacks[i] : NULL);
	}
}

/* A standby and its primary have one identifier, which tells them from servers that are only called the same. Nobody else's is wanted. */
static bool may_have_twin(const struct fleet *fleet, const struct database *database)
{
	for (int i = 0; i < fleet->database_count; i++)
		if (fleet->databases[i]->server != database->server && strcmp(fleet->databases[i]->dbname, database->dbname) == 0)
			return true;
	return false;
}

static void learn_identifier(struct server *server, struct session *session)
{
	struct result *result = NULL;
	struct err ignored = {0};
	bool is_told = session_query_wait(session, sql_fleet_identity, NULL, 0, LEARN_DEADLINE_MS, &result, &ignored) && result_rows(result) == 1;
	set_text(&server->system_identifier, is_told ? result_text(result, 0, 0) : NULL);
	result_free(result);
}

static bool learn(const struct fleet *fleet, struct database *database, struct session *session, struct err *err)
{
	struct server *server = database->server;
	struct result *result = NULL;
	int64_t started = units_now_us();
	if (!session_query_wait(session, sql_fleet_learn, NULL, 0, LEARN_DEADLINE_MS, &result, err)) {
		result_free(result);
		return false;
	}
	database->response_ms = (double)(units_now_us() - started) / 1000.0;
	if (result_rows(result) != 1) {
		result_free(result);
		return err_set(err, ERR_FAILED, "the server of %s did not say what it is", database->name);
	}
	database->oid = result_int(result, 0, result_column(result, "oid"), 0);
	set_text(&database->timescaledb_version, result_text(result, 0, result_column(result, "timescaledb_version")));
	set_text(&database->timescaledb_license, result_text(result, 0, result_column(result, "timescaledb_license")));
	database->has_timescaledb = database->timescaledb_version != NULL;
	server->version_num = (int)result_int(result, 0, result_column(result, "version_num"), 0);
	set_text(&server->version, result_text(result, 0, result_column(result, "version")));
	server->is_in_recovery = result_bool(result, 0, result_column(result, "is_in_recovery"));
	bool is_single_backend = result_int(result, 0, result_column(result, "backend_pid"), -1) == 0;
	bool may_identify = !is_single_backend && result_bool(result, 0, result_column(result, "may_identify"));
	learn_capabilities(server, is_single_backend);
	server->is_known = true;
	result_free(result);
	if (may_identify && may_have_twin(fleet, database))
		learn_identifier(server, session);
	return true;
}

bool database_learn_wait(struct fleet *fleet, struct database *database, struct session *session, struct err *err)
{
	if (database->server->is_known && database->oid != 0)
		return true;
	return learn(fleet, database, session, err);
}

bool database_learn_again_wait(struct fleet *fleet, struct database *database, struct session *session, struct err *err)
{
	return learn(fleet, database, session, err);
}

bool database_can(const struct database *database, enum capability capability, struct err *err)
{
	if (database->server->has[capability])
		return true;
	return err_set(err, ERR_UNSUPPORTED, "%s: %s", database->name,
		database->server->lacks[capability] != NULL ? database->server->lacks[capability] : "the server is not known yet");
}

bool database_refuse_standby(const struct database *database, const char *advice, struct err *err)
{
	if (!database->server->is_in_recovery)
		return true;
	err_set(err, ERR_FAILED, "the server of %s (%s) is a standby: nothing can be written there", database->name, database->server->label);
	return err_hint(err, "%s", advice);
}

/* pg_control_system() may be forbidden, and PGlite has none: then the server is named by its start time. */
static void identify_server(struct session *session, struct identity *identity)
{
	struct result *result = NULL;
	struct err ignored = {0};
	const char *text = NULL;
	bool is_told = session_query_wait(session, sql_fleet_identity, NULL, 0, LEARN_DEADLINE_MS, &result, &ignored);
	/* what is not refused (class 42) came to nothing by chance, a connection that went: another server must not be made of that */
	if (!is_told && strncmp(ignored.sqlstate, "42", 2) != 0 && session_ready_wait(session, LEARN_DEADLINE_MS, &ignored)) {
		result_free(result);
		result = NULL;
		is_told = session_query_wait(session, sql_fleet_identity, NULL, 0, LEARN_DEADLINE_MS, &result, &ignored);
	}
	if (is_told && result_rows(result) == 1)
		text = result_text(result, 0, 0);
	if (text != NULL)
		strncpy(identity->system_identifier, text, sizeof identity->system_identifier - 1);
	else
		strncpy(identity->system_identifier, "unknown", sizeof identity->system_identifier - 1);
	result_free(result);
}

bool database_identity_wait(struct fleet *fleet, struct database *database, struct session *session, struct identity *identity,
	struct err *err)
{
	memset(identity, 0, sizeof *identity);
	/* Always asked afresh: the point is to notice that another server answers now. */
	if (!learn(fleet, database, session, err))
		return false;
	identity->oid = database->oid;
	strncpy(identity->dbname, database->dbname, sizeof identity->dbname - 1);
	identify_server(session, identity);
	return true;
}
