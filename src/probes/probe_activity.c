/* FACT_ACTIVITY: one row a session of a server. */
#include <string.h>

#include "internal.h"
#include "pgtend/probes/shapes.h"
#include "pgtend/sql_embedded.h"

static const struct table_column columns[] = {
	{"database", CELL_TEXT, "database", 1, "Database the session is connected to (pg_stat_activity.datname)."},
	ACTIVITY_COLUMNS,
};
const struct table_shape activity_shape = {"activity", columns, sizeof columns / sizeof *columns};

enum { DEADLINE_MS = 5000, MOST_DATABASES = 256 };

/* What pg_stat_activity keeps from roles without pg_read_all_stats. */
static const char *const hidden_columns[] = {"client", "state", "state_s", "xact_s", "query_s", "wait_event_type", "wait_event",
                                             "blocked_by", "query", "backend_type", "leader_pid", "started", "is_tls", "xmin_age", "holds_horizon", "xid", "query_id", NULL};

/* Of several with the same snapshot, the one whose transaction is the oldest: the others took theirs from it. */
static bool is_further(const struct table *table, int row, int other)
{
	int64_t age = table_get_int(table, row, "xmin_age", -1), than = table_get_int(table, other, "xmin_age", -1);
	return age > than || (age == than && table_get_real(table, row, "xact_s", 0) > table_get_real(table, other, "xact_s", 0));
}

static bool is_same_database(const struct table *table, int row, int other)
{
	const char *a = table_get_text(table, row, "database"), *b = table_get_text(table, other, "database");
	return a && b && strcmp(a, b) == 0;
}

/* One a database; the others of it are false. Databases are few: the rows of one that is known are compared with its one so far. */
static void mark_horizon(struct table *table)
{
	int furthest[MOST_DATABASES], count = 0;

	for (int row = 0; row < table_rows(table); row++) {
		int i = 0;

		if (!table_get(table, row, "xmin_age")->has_value)
			continue;
		table_set_int(table, row, "holds_horizon", false);
		while (i < count && !is_same_database(table, row, furthest[i]))
			i++;
		if (i == count && count < MOST_DATABASES)
			furthest[count++] = row;
		else if (i < count && is_further(table, row, furthest[i]))
			furthest[i] = row;
	}
	for (int i = 0; i < count; i++)
		table_set_int(table, furthest[i], "holds_horizon", true);
}

static bool ask(const struct probe_target *target, struct session *session, struct table *table, struct err *err)
{
	struct result *result = NULL;

	/* a server without pg_stat_activity has no rows; why, stands in server->lacks */
	if (!target->server->has[CAP_ACTIVITY])
		return true;
	bool is_before_14 = target->server->version_num < 140000;
	const char *sql = is_before_14 ? sql_probes_activity_13 : sql_probes_activity;
	bool is_answered = session_query_wait(session, sql, NULL, 0, DEADLINE_MS, &result, err);

	if (is_answered) {
		result_fill(result, table);
		mark_horizon(table);
	}
	for (int row = 0; is_before_14 && row < table_rows(table); row++)
		table_set_missing(table, row, "query_id", MISSING_VERSION);
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
