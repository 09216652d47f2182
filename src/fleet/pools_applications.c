/* The pools that applications keep themselves, against what the configuration lets them have. See fleet/pools.h. */
#include <string.h>

#include "pgtend/core/mem.h"
#include "pgtend/core/text.h"
#include "pgtend/fleet/pools.h"

static const struct table_column columns[] = {
	{"database", CELL_TEXT, "database", 0, "Name of the database in pgtend.ini."},
	{"application", CELL_TEXT, "app", 0, "What it calls itself (pg_stat_activity.application_name, SHOW CLIENTS application_name)."},
	{"most", CELL_COUNT, "max", 0, "Connections that its pool may have (`applications` in pgtend.ini); null: not said."},
	{"total", CELL_COUNT, "total", 0, "Connections that it has, to the database or to the pooler in front of it (pg_stat_activity, SHOW CLIENTS)."},
	{"active", CELL_COUNT, "active", 0, "Of those, how many run a query (pg_stat_activity.state)."},
	{"idle", CELL_COUNT, "idle", 0, "Of those, how many are free for its next request (pg_stat_activity.state; clients of a pooler without a connection)."},
	{"idle_in_transaction", CELL_COUNT, "in xact", 0, "Of those, how many are in a transaction and run nothing (pg_stat_activity.state)."},
	{"waiting", CELL_COUNT, "waiting", 0, "Of those, how many wait for a connection of the pooler (SHOW CLIENTS state). Missing \"unsupported\" without a pooler: what waits inside of an application nobody sees but itself."},
	{"blocked", CELL_COUNT, "blocked", 1, "Of those, how many wait for a lock (pg_stat_activity.wait_event_type)."},
	{"pooled", CELL_COUNT, "pooled", 1, "How many of them go through a pooler (SHOW CLIENTS)."},
	{"used_ratio", CELL_RATIO, "used", 0, "Share of `most` that is not idle."},
};
const struct table_shape application_pools_shape = {"pools_applications", columns, sizeof columns / sizeof *columns};

static bool is_text(const struct table *table, int row, const char *column, const char *wanted)
{
	const char *text = table_get_text(table, row, column);

	return text && wanted && strcmp(text, wanted) == 0;
}

static int row_of(struct table *table, const struct database *database, const char *application)
{
	static const char *const counts[] = {"total", "active", "idle", "idle_in_transaction", "blocked", "pooled", NULL};

	for (int row = 0; row < table_rows(table); row++)
		if (is_text(table, row, "application", application))
			return row;
	int row = table_add_row(table);

	table_set_text(table, row, "database", database->name);
	table_set_text(table, row, "application", application);
	for (const char *const *column = counts; *column; column++)
		table_set_int(table, row, *column, 0);
	return row;
}

static void add(struct table *table, int row, const char *column, int64_t count)
{
	const struct cell *cell = table_get(table, row, column);

	if (cell->missing == MISSING_NONE)
		table_set_int(table, row, column, (cell->has_value ? cell->u.integer : 0) + count);
}

static void hide(struct table *table, int row)
{
	static const char *const hidden[] = {"active", "idle", "idle_in_transaction", "blocked", NULL};

	for (const char *const *column = hidden; *column; column++)
		table_set_missing(table, row, *column, MISSING_PRIVILEGE);
}

static void add_configured(const struct database *database, struct table *table)
{
	struct words items = {0};
	const char *text = database->section ? section_text(database->section, "applications") : NULL;

	words_split(&items, text ? text : "", ",");
	for (size_t i = 0; i < items.count; i++) {
		int64_t most = 0;
		char *name = config_application(items.v[i], &most);

		if (name)
			table_set_int(table, row_of(table, database, name), "most", most);
		mem_free(name);
	}
	words_done(&items);
}

/* What one process of the server does, for whoever it works. */
static void add_doing(const struct table *activity, int from, struct table *table, int row)
{
	const char *state = table_get_text(activity, from, "state");

	if (!state && table_get(activity, from, "state")->missing == MISSING_PRIVILEGE) {
		hide(table, row);
		return;
	}
	if (state && strcmp(state, "idle") == 0)
		add(table, row, "idle", 1);
	else if (state && text_starts_with(state, "idle in transaction"))
		add(table, row, "idle_in_transaction", 1);
	else
		add(table, row, "active", 1);
	add(table, row, "blocked", is_text(activity, from, "wait_event_type", "Lock"));
}

static int activity_row(const struct table *activity, const char *dbname, int64_t pid)
{
	for (int row = 0; activity && pid > 0 && row < table_rows(activity); row++)
		if (table_get_int(activity, row, "pid", 0) == pid && is_text(activity, row, "database", dbname))
			return row;
	return -1;
}

static void add_client(const struct table *clients, int from, const struct table *activity, const char *dbname, struct table *table, int row)
{
	int64_t count = table_get_int(clients, from, "clients", 0);
	int backend = activity_row(activity, dbname, table_get_int(clients, from, "server_pid", 0));

	add(table, row, "total", count);
	add(table, row, "pooled", count);
	if (backend >= 0)
		add_doing(activity, backend, table, row);
	else if (is_text(clients, from, "state", "waiting"))
		add(table, row, "waiting", count);
	else
		add(table, row, is_text(clients, from, "state", "idle") ? "idle" : "active", count);
}

static const char *pool_dbname(const struct pooler *pooler, const char *alias, const struct database *database)
{
	const struct table *pools = pooler->facts[FACT_POOLS].table;

	for (int row = 0; pools && row < table_rows(pools); row++) {
		const char *dbname = table_get_text(pools, row, "server_database");

		if (is_text(pools, row, "database", alias) && pool_is_of(pooler, pools, row, database))
			return dbname ? dbname : database->dbname;
	}
	return NULL;
}

/* pgtend's own sessions are those of no application. */
static bool is_own(const char *application)
{
	return application && text_starts_with(application, "pgtend");
}

/* Clients of the poolers that lead here. */
static bool add_pooled(const struct fleet *fleet, const struct database *database, const struct table *activity, struct table *table)
{
	bool has_any = false;

	for (int i = 0; i < fleet->pooler_count; i++) {
		const struct table *clients = fleet->poolers[i]->facts[FACT_POOL_CLIENTS].table;

		for (int from = 0; clients && from < table_rows(clients); from++) {
			const char *dbname = pool_dbname(fleet->poolers[i], table_get_text(clients, from, "database"), database);
			const char *application = table_get_text(clients, from, "application");

			if (!dbname || table_get_int(clients, from, "clients", 0) == 0)
				continue;
			has_any = true;
			if (is_own(application))
				continue;
			add_client(clients, from, activity, dbname, table, row_of(table, database, application ? application : ""));
		}
	}
	return has_any;
}

/* A session that a pooler keeps is none of the application's own. */
static bool is_of_pooler(const struct fleet *fleet, const struct database *database, int64_t pid)
{
	for (int i = 0; i < fleet->pooler_count; i++) {
		const struct table *clients = fleet->poolers[i]->facts[FACT_POOL_CLIENTS].table;

		for (int row = 0; clients && row < table_rows(clients); row++)
			if (table_get_int(clients, row, "server_pid", 0) == pid &&
				pool_dbname(fleet->poolers[i], table_get_text(clients, row, "database"), database))
				return true;
	}
	return false;
}

/* Of others only their own kind counts: no parallel workers, no walsenders. What the role may not see may be any. */
static bool is_client(const struct table *activity, int row)
{
	const char *type = table_get_text(activity, row, "backend_type");

	return !type || strcmp(type, "client backend") == 0;
}

static void add_direct(const struct fleet *fleet, const struct database *database, const struct table *activity, struct table *table)
{
	for (int from = 0; activity && from < table_rows(activity); from++) {
		const char *application = table_get_text(activity, from, "application");

		if (!is_text(activity, from, "database", database->dbname) || !is_client(activity, from) || is_own(application) ||
			is_of_pooler(fleet, database, table_get_int(activity, from, "pid", 0)))
			continue;
		int row = row_of(table, database, application ? application : "");

		add(table, row, "total", 1);
		add_doing(activity, from, table, row);
	}
}

static void finish(struct table *table, int row, bool is_pooled)
{
	int64_t most = table_get_int(table, row, "most", 0);
	const struct cell *idle = table_get(table, row, "idle");

	if (!is_pooled)
		table_set_missing(table, row, "waiting", MISSING_UNSUPPORTED);
	else
		add(table, row, "waiting", 0);
	if (most > 0 && idle->has_value)
		table_set_real(table, row, "used_ratio", (double)(table_get_int(table, row, "total", 0) - idle->u.integer) / (double)most);
	else if (most > 0)
		table_set_missing(table, row, "used_ratio", idle->missing);
}

struct table *application_pools(const struct fleet *fleet, const struct database *database)
{
	const struct table *activity = database_facts(database, FACT_ACTIVITY)->table;
	struct table *table = table_new(&application_pools_shape);

	add_configured(database, table);
	bool is_pooled = add_pooled(fleet, database, activity, table);

	add_direct(fleet, database, activity, table);
	for (int row = 0; row < table_rows(table); row++)
		finish(table, row, is_pooled);
	return table;
}
