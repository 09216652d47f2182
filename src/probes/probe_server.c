/* FACT_SERVER: one row about the server. */
#include "internal.h"
#include "pgtend/probes/shapes.h"
#include "pgtend/sql_embedded.h"

static const struct table_column columns[] = {SERVER_COLUMNS};
const struct table_shape server_shape = {"server", columns, sizeof columns / sizeof *columns};

enum { DEADLINE_MS = 5000 };

static bool ask(const struct probe_target *target, struct session *session, struct table *table, struct err *err)
{
	struct result *result = NULL;

	(void)target;
	bool is_answered = session_query_wait(session, sql_probes_server, NULL, 0, DEADLINE_MS, &result, err);

	if (is_answered)
		result_fill(result, table);
	result_free(result);
	return is_answered;
}

const struct probe probe_server = {
	.fact = FACT_SERVER,
	.name = "server",
	.scope = PROBE_SERVER,
	.tier = TIER_MINUTE,
	.deadline_ms = DEADLINE_MS,
	.shape = &server_shape,
	.ask = ask,
};
