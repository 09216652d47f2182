/* Questions that measure relations, and what is said where a number is missing. */
#include <stdio.h>
#include <string.h>

#include "internal.h"
#include "pgtend/sql_embedded.h"

enum { DEADLINE_MS = 10000 };

bool probe_query_sizes(struct session *session, const char *sql, const char *const *params, int param_count,
                       struct result **result, struct err *err)
{
	if (session_query_wait(session, sql, params, param_count, DEADLINE_MS, result, err))
		return true;
	/* somebody took a lock between the look at pg_locks and the measuring: the second look sees it */
	if (strcmp(err->sqlstate, "55P03") != 0)
		return false;
	result_free(*result);
	*result = NULL;
	return session_query_wait(session, sql, params, param_count, DEADLINE_MS, result, err);
}

bool probe_is_before_219(const struct database *database)
{
	const char *version = database->timescaledb_version;
	int major = 0;
	int minor = 0;

	return version && sscanf(version, "%d.%d", &major, &minor) == 2 && (major < 2 || (major == 2 && minor < 19));
}

bool probe_query_hypertables(const struct database *database, struct session *session, struct result **result, struct err *err)
{
	const char *sql = probe_is_before_219(database) ? sql_probes_tables_hypertables_218 : sql_probes_tables_hypertables;

	return probe_query_sizes(session, sql, NULL, 0, result, err);
}

void probe_mark_missing(struct table *table, int row, const char *const *columns, enum missing why)
{
	for (; *columns; columns++)
		if (!table_get(table, row, *columns)->has_value)
			table_set_missing(table, row, *columns, why);
}
