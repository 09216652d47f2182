/* Sessions of the fleet: questions share one a server and one a database, each action has its own. */
#include <stdio.h>
#include <string.h>

#include "pgtend/config/trust.h"
#include "pgtend/core/mem.h"
#include "pgtend/fleet/fleet.h"

/* Settings of everything that only reads (DESIGN 6): never wait for a lock, never hold a transaction, never run long.
 * No time zone: times come with their offset, and a timestamp without time zone (pgmigrations.run_on) can only be read in the zone of the server's configuration,
 * in which its writer had it. */
static const struct session_setting reading[] = {
	{"statement_timeout", "10s"},
	{"lock_timeout", "200ms"},
	{"idle_in_transaction_session_timeout", "30s"},
	{"search_path", "pg_catalog"},
	{"jit", "off"},
	{"datestyle", "ISO"},
	{"intervalstyle", "postgres"},
	{NULL, NULL},
};

/* An action sets what it needs by itself; these only take away what a role or a database may have set to hurt it. */
static const struct session_setting acting[] = {
	{"statement_timeout", "0"},
	{"lock_timeout", "5s"},
	{"idle_in_transaction_session_timeout", "0"},
	{"client_min_messages", "notice"},
	{"datestyle", "ISO"},
	{"intervalstyle", "postgres"},
	{NULL, NULL},
};
/* A file of the team's means by 03/04/2024 what the database reads in it, and what psql would. */
enum { ACTING_FOR_FILES = 4 };

/* Here every connection of pgtend begins: what a found pgtend.ini may not reach before it is trusted, no pane and no verb reaches. */
static bool database_may_connect(void *arg, struct err *err)
{
	const struct database *database = arg;
	return trust_allows_connection(database->config, database->section, err);
}

static bool server_may_connect(void *arg, struct err *err)
{
	const struct server *server = arg;
	return trust_allows_connection(server->config, server->section, err);
}

static bool pooler_may_connect(void *arg, struct err *err)
{
	const struct pooler *pooler = arg;
	return trust_allows_connection(pooler->config, pooler->section, err);
}

static int connect_deadline_ms(const struct section *section)
{
	double seconds = section_seconds(section, "connect_timeout");
	return seconds > 3600 ? 3600 * 1000 : (int)(seconds * 1000);
}

static struct conninfo *named(const struct conninfo *info, const char *application)
{
	struct err err;
	struct conninfo *copy = conninfo_copy(info);
	if (conninfo_get(copy, "application_name") == NULL && !conninfo_set(copy, "application_name", application, &err))
		mem_die("libpq does not know application_name");
	return copy;
}

static struct session *reader(struct fleet *fleet, const struct section *section, const struct conninfo *info,
	bool is_admin_console, bool (*may_connect_fn)(void *arg, struct err *err), void *arg)
{
	struct session_options options = {
		.settings = is_admin_console ? NULL : reading,
		.is_read_only = true,
		.is_admin_console = is_admin_console,
		.is_reconnecting = true,
		.connect_deadline_ms = connect_deadline_ms(section),
		.bus = fleet->bus,
		.may_connect_fn = may_connect_fn,
		.may_connect_arg = arg,
	};
	struct conninfo *copy = named(info, "pgtend");
	struct session *session = session_new(fleet->loop, copy, &options);
	conninfo_free(copy);
	return session;
}

struct session *server_session(struct fleet *fleet, struct server *server)
{
	if (server->session == NULL)
		server->session = reader(fleet, server->section, server->info, false, server_may_connect, server);
	return server->session;
}

struct session *database_session(struct fleet *fleet, struct database *database)
{
	if (database->session == NULL)
		database->session = reader(fleet, database->section, database->info, false, database_may_connect, database);
	return database->session;
}

struct session *pooler_session(struct fleet *fleet, struct pooler *pooler)
{
	if (pooler->session == NULL)
		pooler->session = reader(fleet, pooler->section, pooler->info, true, pooler_may_connect, pooler);
	return pooler->session;
}

struct session *database_look_session(struct fleet *fleet, struct database *database, const char *dbname, bool is_direct)
{
	struct err err;
	struct conninfo *copy = conninfo_copy(is_direct && database->direct != NULL ? database->direct : database->info);
	if (dbname != NULL && !conninfo_set(copy, "dbname", dbname, &err))
		mem_die("libpq does not know dbname");
	struct session *session = reader(fleet, database->section, copy, false, database_may_connect, database);
	conninfo_free(copy);
	return session;
}

static struct session *actor(struct fleet *fleet, struct database *database, const char *dbname, const char *verb, int lock_timeout_ms,
	bool is_direct, bool is_for_files)
{
	struct err err;
	const struct conninfo *info = is_direct && database->direct != NULL ? database->direct : database->info;
	char *application = mem_format("pgtend %s", verb);
	struct conninfo *copy = named(info, application);
	if (dbname != NULL && !conninfo_set(copy, "dbname", dbname, &err))
		mem_die("libpq does not know dbname");
	/* The session copies the values before this function returns. */
	char lock_timeout[32], statement_timeout[32];
	struct session_setting settings[sizeof acting / sizeof acting[0]];
	memcpy(settings, acting, sizeof acting);
	if (is_for_files)
		settings[ACTING_FOR_FILES] = (struct session_setting){NULL, NULL};
	double statement_s = section_seconds(database->section, "statement_timeout");
	if (statement_s > 0 && statement_s < 1e6) {
		snprintf(statement_timeout, sizeof statement_timeout, "%.0fms", statement_s * 1000);
		settings[0].value = statement_timeout;
	}
	if (lock_timeout_ms > 0) {
		char *text = mem_format("%dms", lock_timeout_ms);
		strncpy(lock_timeout, text, sizeof lock_timeout - 1);
		lock_timeout[sizeof lock_timeout - 1] = '\0';
		mem_free(text);
		settings[1].value = lock_timeout;
	}
	struct session_options options = {.settings = settings, .connect_deadline_ms = connect_deadline_ms(database->section), .bus = fleet->bus,
		.may_connect_fn = database_may_connect, .may_connect_arg = database};
	struct session *session = session_new(fleet->loop, copy, &options);
	conninfo_free(copy);
	mem_free(application);
	return session;
}

struct session *database_action_session(struct fleet *fleet, struct database *database, const char *dbname, const char *verb,
	int lock_timeout_ms, bool is_direct)
{
	return actor(fleet, database, dbname, verb, lock_timeout_ms, is_direct, false);
}

struct session *database_file_session(struct fleet *fleet, struct database *database, const char *verb, int lock_timeout_ms)
{
	return actor(fleet, database, NULL, verb, lock_timeout_ms, true, true);
}
