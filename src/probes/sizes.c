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

/* The question that fits the catalogs; asked first, because one that does not fit is an ERROR in the server's log at every refresh. */
static bool choose_hypertables(struct session *session, const char **sql, struct err *err)
{
	struct result *result = NULL;
	bool is_answered = session_query_wait(session, sql_probes_tables_catalog, NULL, 0, DEADLINE_MS, &result, err);
	const char *halves = is_answered ? result_text(result, 0, 0) : NULL;

	*sql = sql_probes_tables_hypertables_public;
	if (halves && strcmp(halves, "settings") == 0)
		*sql = sql_probes_tables_hypertables;
	else if (halves && strcmp(halves, "chunk") == 0)
		*sql = sql_probes_tables_hypertables_218;
	result_free(result);
	return is_answered;
}

bool probe_query_hypertables(struct session *session, struct result **result, struct err *err)
{
	const char *sql;

	return choose_hypertables(session, &sql, err) && probe_query_sizes(session, sql, NULL, 0, result, err);
}

void probe_mark_missing(struct table *table, int row, const char *const *columns, enum missing why)
{
	for (; *columns; columns++)
		if (!table_get(table, row, *columns)->has_value)
			table_set_missing(table, row, *columns, why);
}
