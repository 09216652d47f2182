/* Whose pool is whose, and what all of them may ask of one server. See fleet/pools.h. */
#include <string.h>

#include "pgtend/core/mem.h"
#include "pgtend/fleet/pools.h"

static bool is_named(const char *text, const char *name)
{
	return text && strcmp(text, name) == 0;
}

/* The pooler says which databases it stands in front of. */
static bool is_for(const struct pooler *pooler, const char *name)
{
	struct words names = {0};

	section_words(pooler->section, "for", &names);
	bool is_there = names.count == 0 || words_has(&names, name);

	words_done(&names);
	return is_there;
}

/* Without a section of that name the key tells how it pools. */
static const char *pooler_of(const struct database *database)
{
	const char *name = database->section ? section_text(database->section, "pooler") : NULL;

	return name && config_section(database->config, SECTION_POOLER, name) ? name : NULL;
}

bool pooler_is_of(const struct pooler *pooler, const struct database *database)
{
	const char *through = pooler_of(database);

	return through ? strcmp(through, pooler->name) == 0 : is_for(pooler, database->name);
}

bool pool_is_of(const struct pooler *pooler, const struct table *pools, int row, const struct database *database)
{
	const char *through = pooler_of(database);

	if (!pooler_is_of(pooler, database))
		return false;
	if (is_named(table_get_text(pools, row, "database"), database->dbname))
		return true;
	/* where the address leads through it, the name in the address is the pool's */
	return !through && is_named(table_get_text(pools, row, "server_database"), database->dbname);
}

/* All pools of one of a pooler's databases; counted at its first row. */
static int64_t demand_of_name(const struct table *pools, int first, int *count)
{
	const char *name = table_get_text(pools, first, "database");
	int64_t most = table_get_int(pools, first, "database_most", 0), sum = 0;

	for (int row = 0; row < table_rows(pools); row++) {
		if (!is_named(table_get_text(pools, row, "database"), name))
			continue;
		if (row < first)
			return 0;
		sum += table_get_int(pools, row, "pool_size", 0) + table_get_int(pools, row, "reserve_size", 0);
		(*count)++;
	}
	return most > 0 && sum > most ? most : sum;
}

static void add_pooler(const struct pooler *pooler, const struct database *database, struct pool_demand *demand)
{
	const struct table *pools = pooler->facts[FACT_POOLS].table;
	const char *host = NULL;

	for (int row = 0; pools && row < table_rows(pools) && !host; row++)
		if (pool_is_of(pooler, pools, row, database))
			host = table_get_text(pools, row, "server_host");
	for (int row = 0; host && row < table_rows(pools); row++)
		if (is_named(table_get_text(pools, row, "server_host"), host) && table_get_text(pools, row, "database"))
			demand->pooled += demand_of_name(pools, row, &demand->pools);
}

static bool is_pooled(const struct fleet *fleet, const struct database *database)
{
	if (database->section && section_text(database->section, "pooler"))
		return true;
	for (int i = 0; i < fleet->pooler_count; i++) {
		const struct table *pools = fleet->poolers[i]->facts[FACT_POOLS].table;

		for (int row = 0; pools && row < table_rows(pools); row++)
			if (pool_is_of(fleet->poolers[i], pools, row, database))
				return true;
	}
	return false;
}

static int64_t applications_of(const struct database *database)
{
	struct words items = {0};
	const char *text = database->section ? section_text(database->section, "applications") : NULL;
	int64_t sum = 0;

	words_split(&items, text ? text : "", ",");
	for (size_t i = 0; i < items.count; i++) {
		int64_t most = 0;
		char *name = config_application(items.v[i], &most);

		sum += name ? most : 0;
		mem_free(name);
	}
	words_done(&items);
	return sum;
}

static int64_t most_of(const struct database *database)
{
	const struct table *databases = database_facts(database, FACT_DATABASES)->table;
	const struct table *server = database_facts(database, FACT_SERVER)->table;
	int row = database_row(database, databases);
	int64_t most = row < 0 ? 0 : table_get_int(databases, row, "max_connections", 0);

	if (server && table_rows(server) > 0)
		most = table_get_int(server, 0, "max_connections", most) - table_get_int(server, 0, "reserved_connections", 0);
	return most > 0 ? most : 0;
}

void pool_demand_of(const struct fleet *fleet, const struct database *database, struct pool_demand *demand)
{
	*demand = (struct pool_demand){.most = most_of(database)};
	for (int i = 0; i < fleet->pooler_count; i++)
		add_pooler(fleet->poolers[i], database, demand);
	/* a pooler whose console nobody configured: as far as the database's section tells */
	if (demand->pools == 0 && database->section && section_is_set(database->section, "pool_size")) {
		demand->pooled = section_int(database->section, "pool_size");
		demand->pools = 1;
	}
	for (int i = 0; i < fleet->database_count; i++)
		if (fleet->databases[i]->server == database->server && !is_pooled(fleet, fleet->databases[i]))
			demand->applications += applications_of(fleet->databases[i]);
}
