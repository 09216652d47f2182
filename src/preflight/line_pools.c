/* Pools: what all of them may open together against what the server allows; and poolers that answer. */
#include <string.h>

#include "internal.h"
#include "pgtend/core/mem.h"
#include "pgtend/core/units.h"

static const char pools[] = "pools";
enum { ASK_MS = 5000, SHOWN = 6 };

struct sum {
	int64_t connections;
	struct words parts; /* "main/atriz_core 20" */
};

static void add(struct sum *sum, const char *owner, const char *name, int64_t size, int64_t users)
{
	sum->connections += size;
	words_take(&sum->parts, users > 1 ? mem_format("%s/%s %lld (%lld users)", owner, name, (long long)size, (long long)users)
	                                  : mem_format("%s/%s %lld", owner, name, (long long)size));
}

/* --- PgBouncer -------------------------------------------------------------------------------------------- */

static bool is_through(const struct database *database, const struct pooler *pooler)
{
	const char *named = section_text(database->section, "pooler");
	struct words served = {0};
	section_words(pooler->section, "for", &served);
	bool is_served = words_has(&served, database->name) || (named != NULL && strcmp(named, pooler->name) == 0);
	words_done(&served);
	return is_served;
}

static int direct_port(const struct database *database)
{
	const char *port = database->direct != NULL ? conninfo_get(database->direct, "port") : NULL;
	int64_t number = 0;
	return port != NULL && units_parse_int(port, &number) ? (int)number : database->server->port;
}

/* Names of hosts differ between a pooler's sight and ours; port and database do not. */
static bool is_of_server(const struct preflight *preflight, const struct server *server, const struct pooler *pooler, const char *dbname, int64_t port)
{
	for (int i = 0; i < preflight->fleet->database_count; i++) {
		const struct database *database = preflight->fleet->databases[i];
		if (database->server == server && strcmp(database->dbname, dbname) == 0 && (is_through(database, pooler) || direct_port(database) == port))
			return true;
	}
	return false;
}

/* Each user of a database has a pool of its own. */
static int64_t users_of(const struct pooler *pooler, const char *name)
{
	const struct table *table = pooler->facts[FACT_POOLS].table;
	int64_t users = 0;
	for (int row = 0; table != NULL && row < table_rows(table); row++) {
		const char *database = table_get_text(table, row, "database");
		users += database != NULL && strcmp(database, name) == 0;
	}
	return users > 0 ? users : 1;
}

static int64_t number(const struct result *result, int row, const char *column)
{
	return result_int(result, row, result_column(result, column), 0);
}

static void add_row(struct preflight *preflight, const struct server *server, const struct pooler *pooler, const struct result *databases, int row, struct sum *sum)
{
	const char *name = result_text(databases, row, result_column(databases, "name"));
	const char *dbname = result_text(databases, row, result_column(databases, "database"));
	if (name == NULL || strcmp(name, "pgbouncer") == 0 || dbname == NULL ||
	    !is_of_server(preflight, server, pooler, dbname, number(databases, row, "port")))
		return;
	int64_t users = users_of(pooler, name), most = number(databases, row, "max_connections");
	/* 1.16 to 1.23 call it reserve_pool, later ones reserve_pool_size: one of the two is not there and counts 0 */
	int64_t size = users * (number(databases, row, "pool_size") + number(databases, row, "reserve_pool") + number(databases, row, "reserve_pool_size"));
	if (most > 0 && size > most)
		size = most;
	add(sum, pooler->name, name, size, users);
}

static void add_pooler(struct preflight *preflight, const struct server *server, struct pooler *pooler, struct sum *sum)
{
	/* The admin console's own words, as in the probe of pools. */
	static const char show_databases[] = "SHOW DATABASES";
	struct result *result = NULL;
	struct err ignored = {0};
	if (pooler->facts[FACT_POOLS].table == NULL)
		return;
	if (session_query_wait(pooler_session(preflight->fleet, pooler), show_databases, NULL, 0, ASK_MS, &result, &ignored))
		for (int row = 0; row < result_rows(result); row++)
			add_row(preflight, server, pooler, result, row, sum);
	result_free(result);
}

void line_poolers(struct preflight *preflight)
{
	for (int i = 0; i < preflight->fleet->pooler_count; i++) {
		const struct pooler *pooler = preflight->fleet->poolers[i];
		const struct facts *facts = &pooler->facts[FACT_POOLS];
		if (facts->table != NULL && facts->err.kind == ERR_NONE)
			line_add(preflight, NULL, pools, pooler->name, LINE_OK, mem_copy("PgBouncer's admin console answers"), NULL);
		else
			line_add(preflight, NULL, pools, pooler->name, LINE_FINDING,
			    mem_format("PgBouncer's admin console does not answer: %s", facts->err.kind != ERR_NONE ? facts->err.text : "no answer in time"),
			    facts->err.hint[0] != '\0' ? mem_copy(facts->err.hint) : NULL);
	}
}

/* --- what pgtend.ini says --------------------------------------------------------------------------------- */

static bool has_pooler(const struct preflight *preflight, const struct database *database)
{
	for (int i = 0; i < preflight->fleet->pooler_count; i++)
		if (is_through(database, preflight->fleet->poolers[i]) && preflight->fleet->poolers[i]->facts[FACT_POOLS].table != NULL)
			return true;
	return false;
}

static void add_configured(struct preflight *preflight, const struct server *server, struct sum *sum)
{
	for (int i = 0; i < preflight->fleet->database_count; i++) {
		const struct database *database = preflight->fleet->databases[i];
		if (database->server == server && section_is_set(database->section, "pool_size") && !has_pooler(preflight, database))
			add(sum, "pool_size", database->name, section_int(database->section, "pool_size"), 1);
	}
}

void line_pools(struct preflight *preflight, struct database *database, struct session *session)
{
	const struct server *server = database->server;
	struct sum sum = {0};
	(void)session;
	for (int i = 0; i < preflight->fleet->pooler_count; i++)
		add_pooler(preflight, server, preflight->fleet->poolers[i], &sum);
	add_configured(preflight, server, &sum);
	int64_t most = line_server_int(preflight, "max_connections"), reserved = line_server_int(preflight, "reserved_connections");
	char *list = line_list(&sum.parts, SHOWN);
	if (sum.parts.count == 0)
		line_add(preflight, database, pools, server->label, LINE_NOTE,
		    mem_format("no pool is known to hold against the server's %lld connections", (long long)most),
		    mem_copy("name the pooler, [pooler NAME], or pool_size = N in pgtend.ini"));
	else if (sum.connections > most - reserved)
		line_add(preflight, database, pools, server->label, LINE_FINDING,
		    mem_format("pools may open %lld connections, the server allows %lld (max_connections %lld, %lld of them reserved): %s", (long long)sum.connections,
		        (long long)(most - reserved), (long long)most, (long long)reserved, list),
		    mem_copy("smaller pools, or a larger max_connections"));
	else
		line_add(preflight, database, pools, server->label, LINE_OK,
		    mem_format("pools may open %lld of the server's %lld connections: %s", (long long)sum.connections, (long long)(most - reserved), list), NULL);
	mem_free(list);
	words_done(&sum.parts);
}
