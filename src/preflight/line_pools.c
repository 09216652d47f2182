/* Pools: what all of them may open together against what the server allows; and poolers that answer. */
#include <string.h>

#include "internal.h"
#include "pgtend/config/weakness.h"
#include "pgtend/core/mem.h"
#include "pgtend/fleet/pools.h"

static const char pools[] = "pools";
enum { SHOWN = 6 };

void line_poolers(struct preflight *preflight)
{
	for (int i = 0; i < preflight->fleet->pooler_count; i++) {
		const struct pooler *pooler = preflight->fleet->poolers[i];
		const struct facts *facts = &pooler->facts[FACT_POOLS];
		const char *weakness = weakness_of_conninfo(pooler->info);
		if (weakness != NULL)
			line_add(preflight, NULL, "credentials", pooler->name, LINE_FINDING,
			    mem_format("[pooler %s] (%s): %s", pooler->name, section_where(pooler->section, NULL), weakness),
			    mem_copy("a password that nobody guesses: openssl rand -base64 24"));
		if (facts->table != NULL && facts->err.kind == ERR_NONE)
			line_add(preflight, NULL, pools, pooler->name, LINE_OK, mem_copy("PgBouncer's admin console answers"), NULL);
		else
			line_add(preflight, NULL, pools, pooler->name, LINE_FINDING,
			    mem_format("PgBouncer's admin console does not answer: %s", facts->err.kind != ERR_NONE ? facts->err.text : "no answer in time"),
			    facts->err.hint[0] != '\0' ? mem_copy(facts->err.hint) : NULL);
	}
}

/* --- all that leads to one server --------------------------------------------------------------------------- */

struct sum {
	int64_t connections;
	struct words parts; /* "pooler main 40" */
};

static void add(struct sum *sum, const char *kind, const char *name, int64_t connections)
{
	if (connections <= 0)
		return;
	sum->connections += connections;
	words_take(&sum->parts, mem_format("%s%s%s %lld", kind, name != NULL ? " " : "", name != NULL ? name : "", (long long)connections));
}

static bool leads_to(const struct pooler *pooler, const struct database *database)
{
	const struct table *table = pooler->facts[FACT_POOLS].table;
	for (int row = 0; table != NULL && row < table_rows(table); row++)
		if (pool_is_of(pooler, table, row, database))
			return true;
	return false;
}

/* One pooler alone: databases that it leads to on the same server have the same sum. */
static void add_pooler(const struct fleet *fleet, const struct server *server, int at, struct sum *sum)
{
	struct fleet alone = *fleet;
	int64_t most = 0;
	alone.poolers = &fleet->poolers[at];
	alone.pooler_count = 1;
	for (int i = 0; i < fleet->database_count; i++) {
		struct pool_demand demand;
		if (fleet->databases[i]->server != server || !leads_to(fleet->poolers[at], fleet->databases[i]))
			continue;
		pool_demand_of(&alone, fleet->databases[i], &demand);
		most = demand.pooled > most ? demand.pooled : most;
	}
	add(sum, "pooler", fleet->poolers[at]->name, most);
}

/* A pooler whose console nobody configured, and the applications' own pools where no pooler stands in front. */
static void add_configured(const struct fleet *fleet, const struct server *server, struct sum *sum)
{
	int64_t applications = 0;
	for (int i = 0; i < fleet->database_count; i++) {
		const struct database *database = fleet->databases[i];
		bool has_console = false;
		struct pool_demand demand;
		if (database->server != server)
			continue;
		for (int k = 0; k < fleet->pooler_count; k++)
			has_console = has_console || leads_to(fleet->poolers[k], database);
		if (!has_console && section_is_set(database->section, "pool_size"))
			add(sum, "pool_size of", database->name, section_int(database->section, "pool_size"));
		/* of all databases of the server, whichever is asked */
		pool_demand_of(fleet, database, &demand);
		applications = demand.applications;
	}
	add(sum, "applications", NULL, applications);
}

void line_pools(struct preflight *preflight, struct database *database)
{
	const struct server *server = database->server;
	struct sum sum = {0};
	for (int i = 0; i < preflight->fleet->pooler_count; i++)
		add_pooler(preflight->fleet, server, i, &sum);
	add_configured(preflight->fleet, server, &sum);
	int64_t most = line_server_int(preflight, "max_connections"), reserved = line_server_int(preflight, "reserved_connections");
	char *list = line_list(&sum.parts, SHOWN);
	if (sum.parts.count == 0)
		line_add(preflight, database, pools, server->label, LINE_NOTE,
		    mem_format("no pool is known to hold against the server's %lld connections", (long long)most),
		    mem_copy("name the pooler ([pooler NAME]), pool_size = N, or applications = NAME:N in pgtend.ini"));
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
