/* FACT_LOCKS: who waits for whom, as a tree. Costs nothing while nobody waits: the sessions that were asked just before tell. */
#include <string.h>

#include "internal.h"
#include "pgtend/core/mem.h"
#include "pgtend/sql_embedded.h"

static const struct table_column columns[] = {
	{"database", CELL_TEXT, "database", 1, "Database the session is connected to (pg_stat_activity.datname)."},
	LOCKS_COLUMNS,
};
const struct table_shape locks_shape = {"locks", columns, sizeof columns / sizeof *columns};

enum { DEADLINE_MS = 5000, MOST_ROUNDS = 4, MOST_ASKED = 2 * SESSIONS_MOST_WAITING };
static const double LEAST_S = 0.5;

static const char *const hidden_columns[] = {"state", "state_s", "xact_s", "query", "backend_type", "started", NULL};

const struct table *sessions_seen(const struct server *server)
{
	const struct facts *facts = &server->facts[FACT_ACTIVITY];
	if (facts->table == NULL || facts->err.kind != ERR_NONE)
		return NULL;
	for (int row = 0; row < table_rows(facts->table); row++)
		if (table_get(facts->table, row, "query")->missing == MISSING_PRIVILEGE)
			return NULL;
	return facts->table;
}

void sessions_hide(const struct result *result, struct table *table, const char *const *hidden)
{
	for (int row = 0; row < table_rows(table); row++)
		if (result_bool(result, row, result_column(result, "is_hidden"))) {
			table_set_text(table, row, "query", NULL);
			probe_mark_missing(table, row, hidden, MISSING_PRIVILEGE);
		}
}

/* Locks that are waited for only for a moment are no pile-up: at each tick they cost nothing. */
static bool does_anybody_wait(const struct probe_target *target)
{
	const struct table *seen = target->is_once ? NULL : sessions_seen(target->server);
	for (int row = 0; seen != NULL && row < table_rows(seen); row++) {
		const char *type = table_get_text(seen, row, "wait_event_type");
		/* hidden from this role, though pg_locks is not */
		if (table_get(seen, row, "wait_event_type")->missing == MISSING_PRIVILEGE)
			return true;
		if (type != NULL && strcmp(type, "Lock") == 0 && table_get_real(seen, row, "query_s", 0) >= LEAST_S)
			return true;
	}
	return seen == NULL;
}

/* Who waits itself, but was left out because others wait longer, though somebody waits for it. */
static int add_left_out(const struct result *result, struct text *pids)
{
	int found = 0;
	for (int row = 0; row < result_rows(result); row++) {
		if (!result_bool(result, row, result_column(result, "is_left_out")))
			continue;
		text_addf(pids, "%s%s", pids->length > 0 ? "," : "", result_text(result, row, result_column(result, "pid")));
		found++;
	}
	return found;
}

static void add_asked(const struct result *result, struct text *pids)
{
	for (int row = 0; row < result_rows(result); row++)
		if (result_text(result, row, result_column(result, "mode")) != NULL)
			text_addf(pids, "%s%s", pids->length > 0 ? "," : "", result_text(result, row, result_column(result, "pid")));
}

/* To plan this question takes the server longer than to answer it: where a pile-up is looked at tick by tick, it is planned once a connection.
 * Behind a pooler a prepared statement is of whoever comes next. */
static bool ask_longest(const struct probe_target *target, struct session *session, struct result **result, struct err *err)
{
	char *most = mem_format("%d", SESSIONS_MOST_WAITING);
	const char *params[] = {NULL, most};
	bool is_good = true;
	if (target->is_once || session_is_pooled(session)) {
		is_good = session_query_wait(session, sql_sessions_locks, params, 2, DEADLINE_MS, result, err);
	} else {
		char *execute = mem_format("execute pgtend_locks(null, %s)", most);
		if (target->server->locks_planned_us != session_connected_us(session)) {
			char *prepare = mem_format("prepare pgtend_locks(int[], int) as %s", sql_sessions_locks);
			is_good = session_query_wait(session, prepare, NULL, 0, DEADLINE_MS, NULL, err);
			if (is_good)
				target->server->locks_planned_us = session_connected_us(session);
			mem_free(prepare);
		}
		is_good = is_good && session_query_wait(session, execute, NULL, 0, DEADLINE_MS, result, err);
		mem_free(execute);
	}
	mem_free(most);
	return is_good;
}

/* Asks again for the whole where the way up from those that were looked at leads to others that wait. */
static bool ask_wholly(const struct probe_target *target, struct session *session, struct result **result, struct err *err)
{
	char *more = mem_format("%d", MOST_ASKED);
	bool is_answered = ask_longest(target, session, result, err);
	for (int round = 1; is_answered && round < MOST_ROUNDS; round++) {
		struct text pids = {0};
		int left_out = add_left_out(*result, &pids);
		add_asked(*result, &pids);
		char *list = mem_format("{%s}", text_str(&pids));
		text_done(&pids);
		if (left_out > 0) {
			const char *again[] = {list, more};
			result_free(*result);
			*result = NULL;
			is_answered = session_query_wait(session, sql_sessions_locks, again, 2, DEADLINE_MS, result, err);
		} else {
			round = MOST_ROUNDS;
		}
		mem_free(list);
	}
	mem_free(more);
	return is_answered;
}

static bool ask(const struct probe_target *target, struct session *session, struct table *table, struct err *err)
{
	struct result *result = NULL;
	if (!target->server->has[CAP_ACTIVITY] || !does_anybody_wait(target))
		return true;
	bool is_answered = ask_wholly(target, session, &result, err);
	if (is_answered) {
		struct table *flat = table_new(&locks_shape);
		result_fill(result, flat);
		sessions_hide(result, flat, hidden_columns);
		sessions_name_relations(target->fleet, target->server, flat, false);
		struct table *tree = sessions_plant(flat);
		for (int row = 0; row < table_rows(tree); row++)
			table_copy_row(table, table_add_row(table), tree, row);
		table_free(tree);
		table_free(flat);
	}
	result_free(result);
	return is_answered;
}

const struct probe probe_locks = {
	.fact = FACT_LOCKS,
	.name = "locks",
	.scope = PROBE_SERVER,
	.tier = TIER_TICK,
	.deadline_ms = DEADLINE_MS,
	.shape = &locks_shape,
	.ask = ask,
};
