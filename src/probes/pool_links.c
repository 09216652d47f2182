/* See probes/pool_links.h. */
#include <string.h>

#include "pgtend/core/mem.h"
#include "pgtend/fleet/pools.h"
#include "pgtend/probes/pool_links.h"
#include "pgtend/probes/shapes.h"

static const struct table_column columns[] = {
	{"pooler", CELL_TEXT, "pooler", 2, "Name of the pooler in pgtend.ini."},
	POOL_CLIENTS_COLUMNS,
	{"backend_state", CELL_TEXT, "backend", 0, "What that process does: active, idle in transaction, ... (pg_stat_activity.state)."},
	{"xact_s", CELL_SECONDS, "xact", 1, "Age of its transaction (pg_stat_activity.xact_start)."},
	{"wait_event_type", CELL_TEXT, "waits", 1, "Kind of thing it waits for (pg_stat_activity.wait_event_type)."},
	{"wait_event", CELL_TEXT, "on", 2, "What it waits for (pg_stat_activity.wait_event)."},
	{"blocked_by", CELL_IDS, "blocked by", 0, "Processes that hold the lock it wants (pg_blocking_pids())."},
	{"query", CELL_TEXT, "query", 1, "Its running or last query (pg_stat_activity.query)."},
};
const struct table_shape pool_links_shape = {"pools_clients", columns, sizeof columns / sizeof *columns};

static const char *const of_backend[] = {"xact_s", "wait_event_type", "wait_event", "blocked_by", "query", NULL};

static bool is_text(const struct table *table, int row, const char *column, const char *wanted)
{
	const char *text = table_get_text(table, row, column);

	return text && wanted && strcmp(text, wanted) == 0;
}

/* The pool that a client's row belongs to, when it leads to the database; -1. */
static int pool_row(const struct pooler *pooler, const struct table *clients, int client, const struct database *database)
{
	const struct table *pools = pooler->facts[FACT_POOLS].table;

	for (int row = 0; pools && row < table_rows(pools); row++)
		if (is_text(pools, row, "database", table_get_text(clients, client, "database")) && pool_is_of(pooler, pools, row, database))
			return row;
	return -1;
}

/* Its session in the database's server; -1: none, or not asked. */
static int backend_row(const struct database *database, const struct table *activity, int64_t pid, const char *dbname)
{
	for (int row = 0; activity && pid > 0 && row < table_rows(activity); row++)
		if (table_get_int(activity, row, "pid", 0) == pid && is_text(activity, row, "database", dbname ? dbname : database->dbname))
			return row;
	return -1;
}

static void add_backend(const struct table *activity, int from, struct table *links, int row)
{
	const struct cell *state = table_get(activity, from, "state");

	/* cell by cell: the client's own name, user and state are the pooler's to tell */
	if (state->has_value)
		table_set_text(links, row, "backend_state", state->u.text);
	else
		table_set_missing(links, row, "backend_state", state->missing);
	for (const char *const *column = of_backend; *column; column++) {
		const struct cell *cell = table_get(activity, from, *column);

		if (!cell->has_value)
			table_set_missing(links, row, *column, cell->missing);
		else if (strcmp(*column, "xact_s") == 0)
			table_set_real(links, row, *column, cell->u.real);
		else
			table_set_parsed(links, row, *column, cell->u.text);
	}
}

static void add_link(const struct pooler *pooler, const struct table *clients, int client, const struct database *database, int pool, struct table *links)
{
	const struct table *activity = database_facts(database, FACT_ACTIVITY)->table;
	const char *dbname = table_get_text(pooler->facts[FACT_POOLS].table, pool, "server_database");
	int row = table_add_row(links), from = backend_row(database, activity, table_get_int(clients, client, "server_pid", 0), dbname);

	table_copy_row(links, row, clients, client);
	table_set_text(links, row, "pooler", pooler->name);
	if (from >= 0)
		add_backend(activity, from, links, row);
}

struct table *pool_links(const struct fleet *fleet, struct database *const *databases, int count)
{
	struct table *links = table_new(&pool_links_shape);

	for (int i = 0; i < fleet->pooler_count; i++) {
		const struct pooler *pooler = fleet->poolers[i];
		const struct table *clients = pooler->facts[FACT_POOL_CLIENTS].table;

		for (int client = 0; clients && client < table_rows(clients); client++) {
			int pool = -1, k = 0;

			while (k < count && (pool = pool_row(pooler, clients, client, databases[k])) < 0)
				k++;
			if (pool >= 0 && !is_text(clients, client, "state", "free"))
				add_link(pooler, clients, client, databases[k], pool, links);
		}
	}
	return links;
}
