/* FACT_EXTENSIONS: what is installed, and what the server's files would bring instead. */
#include "internal.h"
#include "pgtend/probes/shapes.h"
#include "pgtend/sql_embedded.h"

static const struct table_column columns[] = {EXTENSIONS_COLUMNS};
const struct table_shape extensions_shape = {"extensions", columns, sizeof columns / sizeof *columns};

enum { DEADLINE_MS = 5000 };

static bool ask(const struct probe_target *target, struct session *session, struct table *table, struct err *err)
{
	(void)target;
	return probe_fill(session, sql_probes_extensions, DEADLINE_MS, table, NULL, err);
}

const struct probe probe_extensions = {
	.fact = FACT_EXTENSIONS,
	.name = "extensions",
	.scope = PROBE_DATABASE,
	.tier = TIER_HOUR,
	.deadline_ms = DEADLINE_MS,
	.shape = &extensions_shape,
	.ask = ask,
};
