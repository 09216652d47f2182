/* FACT_ACTIVITY: one row a session of a server. */
#include "internal.h"
#include "pgtend/probes/shapes.h"
#include "pgtend/sql_embedded.h"

static const struct table_column columns[] = {
	{"database", CELL_TEXT, "database", 1, "Database the session is connected to (pg_stat_activity.datname)."},
	ACTIVITY_COLUMNS,
};
const struct table_shape activity_shape = {"activity", columns, sizeof columns / sizeof *columns};

enum { DEADLINE_MS = 5000 };

/* What pg_stat_activity keeps from roles without pg_read_all_stats. */
static const char *const hidden_columns[] = {"client", "state", "state_s", "xact_s", "query_s", "wait_event_type", "wait_event",
                                             "blocked_by", "query", "backend_type", "leader_pid", "started", NULL};

static bool ask(const struct probe_target *target, struct session *session, struct table *table, struct err *err)
{
	struct result *result = NULL;

	/* a server without pg_stat_activity has no rows; why, stands in server->lacks */
	if (!target->server->has[CAP_ACTIVITY])
		return true;
	bool is_answered = session_query_wait(session, sql_probes_activity, NULL, 0, DEADLINE_MS, &result, err);

	if (is_answered)
		result_fill(result, table);
	for (int row = 0; is_answered && row < table_rows(table); row++) {
		if (!result_bool(result, row, result_column(result, "is_hidden")))
			continue;
		table_set_text(table, row, "query", NULL);
		probe_mark_missing(table, row, hidden_columns, MISSING_PRIVILEGE);
	}
	result_free(result);
	return is_answered;
}

const struct probe probe_activity = {
	.fact = FACT_ACTIVITY,
	.name = "activity",
	.scope = PROBE_SERVER,
	.tier = TIER_TICK,
	.deadline_ms = DEADLINE_MS,
	.shape = &activity_shape,
	.ask = ask,
};
