/* FACT_PROGRESS: what is at work and tells how far it is. Asked only while a session has been busy for a moment: short queries tell nothing. */
#include <string.h>

#include "internal.h"
#include "pgtend/sql_embedded.h"

static const struct table_column columns[] = {
	{"database", CELL_TEXT, "database", 1, "Database in which it works (datid); null: the whole server (a base backup)."},
	PROGRESS_COLUMNS,
};
const struct table_shape progress_shape = {"progress", columns, sizeof columns / sizeof *columns};

enum { DEADLINE_MS = 5000, BUSY_S = 1 };

static const char *const hidden_columns[] = {"phase", "done", "total", "ratio", "relation", "relation_oid", "query", "started", "elapsed_s", NULL};
static const char *const kind_columns[] = {"kind", "index", "index_oid", "unit", NULL};

static bool is_text(const struct table *table, int row, const char *column, const char *word)
{
	const char *text = table_get_text(table, row, column);
	return text != NULL && strcmp(text, word) == 0;
}

static bool is_anything_long(const struct probe_target *target)
{
	const struct table *seen = target->is_once ? NULL : sessions_seen(target->server);
	for (int row = 0; seen != NULL && row < table_rows(seen); row++) {
		if (table_get(seen, row, "state")->missing == MISSING_PRIVILEGE)
			return true;
		if (is_text(seen, row, "backend_type", "autovacuum worker") || is_text(seen, row, "backend_type", "walsender"))
			return true;
		if (is_text(seen, row, "state", "active") && table_get_real(seen, row, "query_s", 0) >= BUSY_S)
			return true;
	}
	return seen == NULL;
}

/* The server calls both a vacuum; cluster's view says of VACUUM FULL what it is. */
static void name_kinds(const struct result *result, struct table *table)
{
	for (int row = 0; row < table_rows(table); row++) {
		const char *query = result_text(result, row, result_column(result, "query"));
		bool is_auto = query != NULL && text_starts_with(query, "autovacuum:");
		if (is_auto && is_text(table, row, "kind", "vacuum"))
			table_set_text(table, row, "kind", "autovacuum");
		if (is_auto && is_text(table, row, "kind", "analyze"))
			table_set_text(table, row, "kind", "autoanalyze");
	}
}

/* What it does is hidden: then in what it counts and whether there is an index are not known either. */
static void hide_kinds(struct table *table)
{
	for (int row = 0; row < table_rows(table); row++) {
		if (table_get(table, row, "query")->missing != MISSING_PRIVILEGE || table_get(table, row, "kind")->has_value)
			continue;
		table_set_text(table, row, "unit", NULL);
		probe_mark_missing(table, row, kind_columns, MISSING_PRIVILEGE);
	}
}

static bool ask(const struct probe_target *target, struct session *session, struct table *table, struct err *err)
{
	struct result *result = NULL;
	int version = target->server->version_num;
	if (!target->server->has[CAP_ACTIVITY] || !is_anything_long(target))
		return true;
	const char *sql = version < 140000 ? sql_sessions_progress_13 : version < 190000 ? sql_sessions_progress : sql_sessions_progress_19;
	bool is_answered = session_query_wait(session, sql, NULL, 0, DEADLINE_MS, &result, err);
	if (is_answered) {
		result_fill(result, table);
		name_kinds(result, table);
		sessions_name_relations(target->fleet, target->server, table, false);
		sessions_hide(result, table, hidden_columns);
		hide_kinds(table);
	}
	result_free(result);
	return is_answered;
}

const struct probe probe_progress = {
	.fact = FACT_PROGRESS,
	.name = "progress",
	.scope = PROBE_SERVER,
	.tier = TIER_TICK,
	.deadline_ms = DEADLINE_MS,
	.shape = &progress_shape,
	.ask = ask,
};
