/* FACT_DATABASES: counters of every database of a server at each tick, sizes at most once a minute. */
#include <string.h>

#include "internal.h"
#include "pgtend/core/mem.h"
#include "pgtend/core/text.h"
#include "pgtend/core/units.h"
#include "pgtend/probes/shapes.h"
#include "pgtend/sql_embedded.h"

static const struct table_column columns[] = {DATABASES_COLUMNS};
const struct table_shape databases_shape = {"databases", columns, sizeof columns / sizeof *columns};

enum { DEADLINE_MS = 5000, SIZES_DEADLINE_MS = 8000, SIZES_EVERY_S = 60 };

static const char *const session_columns[] = {"active", "idle", "idle_in_transaction", "waiting", NULL};
/* What a server without a statistics system answers with zeros. */
static const char *const counter_columns[] = {"commits", "rollbacks", "blks_read", "blks_hit", "tuples_returned", "tuples_fetched",
                                              "tuples_inserted", "tuples_updated", "tuples_deleted", "temp_files", "temp_bytes", "deadlocks", NULL};
/* Asked with the sizes, once a minute; those of sessions since PostgreSQL 14. */
static const char *const slow_columns[] = {"checksum_failures", "conflicts", "sessions", "sessions_abandoned", "sessions_fatal", "sessions_killed",
                                           "session_s", "session_active_s", "session_in_transaction_s", NULL};
enum { SESSIONS_SINCE = 140000, FIRST_OF_14 = 2 };

static void forget(struct table *table, int row, const char *const *names, enum missing why)
{
	for (; *names; names++)
		table_set_missing(table, row, *names, why);
}

/* Zeros that stand for "not visible" must not read as zeros. */
static void mark_unseen(const struct result *result, struct table *table)
{
	int hidden = result_column(result, "is_hidden");
	int without = result_column(result, "is_without_sessions");

	for (int row = 0; row < table_rows(table); row++) {
		if (result_bool(result, row, without)) {
			forget(table, row, session_columns, MISSING_UNSUPPORTED);
			forget(table, row, slow_columns, MISSING_UNSUPPORTED);
			forget(table, row, counter_columns, MISSING_UNSUPPORTED);
		} else if (result_bool(result, row, hidden)) {
			forget(table, row, session_columns, MISSING_PRIVILEGE);
		}
	}
}

static int row_by_oid(const struct table *table, int64_t oid)
{
	for (int row = 0; row < table_rows(table); row++)
		if (table_get_int(table, row, "oid", 0) == oid)
			return row;
	return -1;
}

static void copy_cell(const struct table *from, int from_row, struct table *to, int row, const char *column)
{
	const struct cell *cell = table_get(from, from_row, column);
	enum cell_type type = table_shape(to)->columns[table_column(table_shape(to), column)].type;

	if (!cell->has_value)
		table_set_missing(to, row, column, cell->missing);
	else if (type == CELL_SECONDS)
		table_set_real(to, row, column, cell->u.real);
	else
		table_set_int(to, row, column, cell->u.integer);
}

/* Takes over the sizes of the table before, and all that is asked as seldom; false when one is too old or a database is new. */
static bool reuse_sizes(const struct table *before, struct table *table)
{
	int64_t least_us = units_now_us() - (int64_t)SIZES_EVERY_S * 1000000;

	for (int row = 0; row < table_rows(table); row++) {
		int old = before ? row_by_oid(before, table_get_int(table, row, "oid", 0)) : -1;
		int64_t taken = old < 0 ? 0 : table_get_int(before, old, "size_taken", 0);

		if (taken < least_us)
			return false;
		copy_cell(before, old, table, row, "size_bytes");
		for (const char *const *column = slow_columns; *column; column++)
			copy_cell(before, old, table, row, *column);
		table_set_int(table, row, "size_taken", taken);
	}
	return true;
}

/* Only what is tended is measured: a stranger's database of many tables costs its server a second. */
static char *wanted_names(const struct probe_target *target)
{
	struct words names = {0};

	for (int i = 0; i < target->fleet->database_count; i++)
		if (target->fleet->databases[i]->server == target->server)
			words_add(&names, target->fleet->databases[i]->dbname);
	char *joined = words_join(&names, "\x1f");

	words_done(&names);
	return joined;
}

static void measure_sizes(const struct probe_target *target, struct session *session, struct table *table)
{
	struct result *result = NULL;
	struct err err = {0};
	char *names = wanted_names(target);
	const char *params[] = {names};
	bool is_answered = session_query_wait(session, sql_probes_databases_sizes, params, 1, SIZES_DEADLINE_MS, &result, &err);
	int64_t now_us = units_now_us();

	mem_free(names);
	for (int row = 0; row < table_rows(table); row++) {
		/* no row for it in a good answer: not a tended database, no reason to give */
		if (!is_answered)
			table_set_missing(table, row, "size_bytes", err.kind == ERR_TIMEOUT || strcmp(err.sqlstate, "57014") == 0
		                                                ? MISSING_TIMEOUT : MISSING_PRIVILEGE);
		table_set_int(table, row, "size_taken", now_us);
	}
	for (int i = 0; is_answered && i < result_rows(result); i++) {
		int row = row_by_oid(table, result_int(result, i, result_column(result, "oid"), 0));
		int64_t bytes = result_int(result, i, result_column(result, "size_bytes"), -1);

		if (row >= 0 && bytes >= 0)
			table_set_int(table, row, "size_bytes", bytes);
		else if (row >= 0)
			table_set_missing(table, row, "size_bytes", MISSING_PRIVILEGE);
	}
	result_free(result);
}

/* How sessions ended, pages that are broken: whatever hinders that leaves its cells empty. */
static void count_sessions(const struct probe_target *target, struct session *session, struct table *table)
{
	bool has_sessions = target->server->version_num >= SESSIONS_SINCE;
	struct table *counted = table_new(&databases_shape);
	struct err ignored = {0};
	bool is_answered = probe_fill(session, has_sessions ? sql_probes_databases_sessions : sql_probes_databases_sessions_13, DEADLINE_MS, counted, NULL, &ignored);

	for (int row = 0; row < table_rows(table); row++) {
		int from = row_by_oid(counted, table_get_int(table, row, "oid", 0));

		for (const char *const *column = slow_columns; from >= 0 && *column; column++)
			copy_cell(counted, from, table, row, *column);
		if (!is_answered && ignored.kind == ERR_TIMEOUT)
			forget(table, row, slow_columns, MISSING_TIMEOUT);
		else if (is_answered && !has_sessions)
			forget(table, row, slow_columns + FIRST_OF_14, MISSING_VERSION);
	}
	table_free(counted);
}

static bool ask(const struct probe_target *target, struct session *session, struct table *table, struct err *err)
{
	struct result *result = NULL;
	bool is_answered = session_query_wait(session, sql_probes_databases, NULL, 0, DEADLINE_MS, &result, err);

	if (is_answered) {
		result_fill(result, table);
		mark_unseen(result, table);
	}
	result_free(result);
	/* a size that cannot be had leaves its cell empty, not the pane */
	if (is_answered && !reuse_sizes(target->server->facts[FACT_DATABASES].table, table)) {
		if (target->server->has[CAP_ACTIVITY])
			count_sessions(target, session, table);
		measure_sizes(target, session, table);
	}
	return is_answered;
}

const struct probe probe_databases = {
	.fact = FACT_DATABASES,
	.name = "databases",
	.scope = PROBE_SERVER,
	.tier = TIER_TICK,
	.deadline_ms = DEADLINE_MS,
	.shape = &databases_shape,
	.ask = ask,
};
