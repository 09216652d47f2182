/* The registry: a probe is one file probe_X.c, its sql/X.sql, and one line here. */
#include "internal.h"

#include "pgtend/core/mem.h"

static const struct probe *registry[FACT_COUNT] = {
	[FACT_SERVER] = &probe_server,
	[FACT_DATABASES] = &probe_databases,
	[FACT_ACTIVITY] = &probe_activity,
	[FACT_TLS] = &probe_tls,
	[FACT_INDEXES] = &probe_indexes,
	[FACT_REPLICATION] = &probe_replication,
	[FACT_WAL] = &probe_wal,
	[FACT_WRAPAROUND] = &probe_wraparound,
	[FACT_OLDEST_TABLES] = &probe_oldest_tables,
	[FACT_SEQUENCES] = &probe_sequences,
	[FACT_SETTINGS] = &probe_settings,
	[FACT_EXTENSIONS] = &probe_extensions,
	[FACT_DISK] = &probe_disk,
	[FACT_BLOAT] = &probe_bloat,
	[FACT_VECTORS] = &probe_vectors,
	[FACT_TABLES] = &probe_tables,
	[FACT_DEAD_ROWS] = &probe_dead_rows,
	[FACT_STATEMENTS] = &probe_statements,
	[FACT_POOLS] = &probe_pools,
	[FACT_POOL_CLIENTS] = &probe_pool_clients,
};

const struct probe *probe_of(enum fact fact)
{
	return registry[fact];
}

void probe_register(const struct probe *probe)
{
	if (registry[probe->fact] && registry[probe->fact] != probe)
		mem_die("two probes fill the same facts");
	registry[probe->fact] = probe;
}
