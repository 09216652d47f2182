/* FACT_WRAPAROUND: how old the oldest transaction of each database is. FACT_OLDEST_TABLES: which tables of one make it so old. */
#include "internal.h"
#include "pgtend/probes/shapes.h"
#include "pgtend/sql_embedded.h"

static const struct table_column columns[] = {WRAPAROUND_COLUMNS};
const struct table_shape wraparound_shape = {"wraparound", columns, sizeof columns / sizeof *columns};
static const struct table_column table_columns[] = {OLDEST_TABLES_COLUMNS};
const struct table_shape oldest_tables_shape = {"oldest_tables", table_columns, sizeof table_columns / sizeof *table_columns};

enum { DEADLINE_MS = 5000 };

static bool ask(const struct probe_target *target, struct session *session, struct table *table, struct err *err)
{
	return probe_needs_statistics(target, err) && probe_fill(session, sql_probes_wraparound, DEADLINE_MS, table, NULL, err);
}

static bool ask_tables(const struct probe_target *target, struct session *session, struct table *table, struct err *err)
{
	return probe_needs_statistics(target, err) && probe_fill(session, sql_probes_oldest_tables, DEADLINE_MS, table, NULL, err);
}

const struct probe probe_wraparound = {
	.fact = FACT_WRAPAROUND,
	.name = "wraparound",
	.scope = PROBE_SERVER,
	.tier = TIER_MINUTE,
	.deadline_ms = DEADLINE_MS,
	.shape = &wraparound_shape,
	.ask = ask,
};

/* It reads all of pg_class, and a transaction does not grow old in a minute. */
const struct probe probe_oldest_tables = {
	.fact = FACT_OLDEST_TABLES,
	.name = "oldest_tables",
	.scope = PROBE_DATABASE,
	.tier = TIER_HOUR,
	.deadline_ms = DEADLINE_MS,
	.shape = &oldest_tables_shape,
	.ask = ask_tables,
};
