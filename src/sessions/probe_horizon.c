/* FACT_HORIZON: who holds the xmin horizon back, the furthest back first. */
#include <string.h>

#include "internal.h"
#include "pgtend/core/mem.h"
#include "pgtend/core/units.h"
#include "pgtend/sql_embedded.h"

static const struct table_column columns[] = {
	{"database", CELL_TEXT, "database", 1, "Database of the session, the slot or the prepared transaction; null: all (a standby, a physical slot)."},
	HORIZON_COLUMNS,
};
const struct table_shape horizon_shape = {"horizon", columns, sizeof columns / sizeof *columns};

enum { DEADLINE_MS = 5000 };

static const char *const hidden_columns[] = {"state", "since_s", "query", "started", NULL};

/* Further back (an earlier row) in the same database, or in all. */
static bool is_behind(const struct table *table, int row)
{
	const char *dbname = table_get_text(table, row, "database");
	for (int other = 0; other < row; other++) {
		const char *name = table_get_text(table, other, "database");
		if (name == NULL || (dbname != NULL && strcmp(name, dbname) == 0))
			return true;
	}
	return false;
}

static bool ask(const struct probe_target *target, struct session *session, struct table *table, struct err *err)
{
	struct result *result = NULL;
	if (!target->server->has[CAP_ACTIVITY])
		return true;
	bool is_answered = session_query_wait(session, sql_sessions_horizon, NULL, 0, DEADLINE_MS, &result, err);
	if (is_answered) {
		result_fill(result, table);
		sessions_hide(result, table, hidden_columns);
	}
	for (int row = 0; row < table_rows(table); row++) {
		table_set_int(table, row, "is_culprit", !is_behind(table, row));
		if (target->server->version_num < 170000 && strcmp(table_get_text(table, row, "kind"), "slot") == 0)
			table_set_missing(table, row, "since_s", MISSING_VERSION);
	}
	result_free(result);
	return is_answered;
}

const struct probe probe_horizon = {
	.fact = FACT_HORIZON,
	.name = "horizon",
	.scope = PROBE_SERVER,
	.tier = TIER_MINUTE,
	.deadline_ms = DEADLINE_MS,
	.shape = &horizon_shape,
	.ask = ask,
};

/* --- the culprit in words ------------------------------------------------------------------------ */

/* What holds it in all databases, or in this one; -1: nobody. */
static int culprit(const struct table *horizon, const char *dbname)
{
	for (int row = 0; horizon != NULL && row < table_rows(horizon); row++) {
		const char *name = table_get_text(horizon, row, "database");
		if (name == NULL || strcmp(name, dbname) == 0)
			return row;
	}
	return -1;
}

static char *who(const struct table *horizon, int row)
{
	const char *kind = table_get_text(horizon, row, "kind"), *name = table_get_text(horizon, row, "name"), *state = table_get_text(horizon, row, "state");
	long long pid = table_get_int(horizon, row, "pid", 0);
	if (strcmp(kind, "slot") == 0)
		return mem_format("slot %s, %s", name, state);
	if (strcmp(kind, "prepared") == 0)
		return mem_format("prepared transaction %s", name);
	if (strcmp(kind, "standby") == 0)
		return mem_format("standby %s by its hot_standby_feedback (pid %lld)", name != NULL ? name : "", pid);
	bool has_name = name != NULL && *name != '\0', has_state = state != NULL;
	return mem_format("pid %lld%s%s%s%s%s", pid, has_name || has_state ? " (" : "", has_name ? name : "", has_name && has_state ? ", " : "",
		has_state ? state : "", has_name || has_state ? ")" : "");
}

char *sessions_culprit_words(const struct table *horizon, const struct database *database)
{
	char count[UNITS_SIZE], age[UNITS_SIZE];
	int row = culprit(horizon, database->dbname);
	if (row < 0)
		return NULL;
	char *holder = who(horizon, row);
	double since = table_get_real(horizon, row, "since_s", -1);
	char *words = mem_format("%s transactions back by %s%s%s", units_count(count, table_get_int(horizon, row, "age", 0)), holder, since >= 0 ? " since " : "",
		since >= 0 ? units_age(age, (int64_t)since) : "");
	mem_free(holder);
	return words;
}

char *sessions_culprit_mend(const struct table *horizon, const struct database *database)
{
	int row = culprit(horizon, database->dbname);
	if (row < 0)
		return NULL;
	const char *kind = table_get_text(horizon, row, "kind"), *name = table_get_text(horizon, row, "name"), *state = table_get_text(horizon, row, "state");
	long long pid = table_get_int(horizon, row, "pid", 0);
	if (strcmp(kind, "slot") == 0)
		return mem_format("if nothing reads slot %s any more: SELECT pg_drop_replication_slot('%s')", name, name);
	if (strcmp(kind, "prepared") == 0) {
		char *gid = sessions_literal(name), *line = mem_format("end it in its database: ROLLBACK PREPARED %s (or COMMIT PREPARED)", gid);
		mem_free(gid);
		return line;
	}
	if (strcmp(kind, "standby") == 0)
		return mem_format("a long query on standby %s holds it: end that one there", name != NULL ? name : "");
	char *word = text_shell_word(database->name);
	char *mend = mem_format("pgtend %s %s %lld", state != NULL && strcmp(state, "active") == 0 ? "cancel" : "terminate", word, pid);
	mem_free(word);
	return mend;
}
