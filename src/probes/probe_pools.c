/* FACT_POOLS: the pools of a PgBouncer, from its admin console.
 *
 * Every column is read by name: 1.16 and 1.17 lack some, each later version adds some. */
#include <stdio.h>
#include <string.h>

#include "internal.h"
#include "pgtend/core/mem.h"
#include "pgtend/probes/shapes.h"
#include "pooler_answer.h"

static const struct table_column columns[] = {POOLS_COLUMNS};
const struct table_shape pools_shape = {"pools", columns, sizeof columns / sizeof *columns};

enum { DEADLINE_MS = 5000 };

/* The console's own words are no SQL and cannot be run in psql against a server, so they stand here. */
static const char show_pools[] = "SHOW POOLS";
static const char show_databases[] = "SHOW DATABASES";
static const char show_stats[] = "SHOW STATS";
static const char show_state[] = "SHOW STATE";

static const struct pooler_column of_pools[] = {
	{"database", "database", 1}, {"user", "user", 1}, {"pool_mode", "pool_mode", 1}, {"cl_active", "cl_active", 1}, {"cl_waiting", "cl_waiting", 1},
	{"sv_active", "sv_active", 1}, {"sv_idle", "sv_idle", 1}, {"sv_used", "sv_used", 1}, {"sv_tested", "sv_tested", 1}, {"sv_login", "sv_login", 1}, {0},
};
static const struct pooler_column of_databases[] = {
	{"pool_size", "pool_size", 1}, {"server_database", "database", 1}, {"connections", "current_connections", 1}, {"is_paused", "paused", 1},
	{"is_disabled", "disabled", 1}, {"min_pool_size", "min_pool_size", 1}, {0},
};
static const struct pooler_column of_stats[] = {
	{"transactions", "total_xact_count", 1}, {"queries", "total_query_count", 1}, {"wait_ms", "total_wait_time", 1e-3},
	{"transactions_per_s", "avg_xact_count", 1}, {"queries_per_s", "avg_query_count", 1}, {"transaction_ms", "avg_xact_time", 1e-3},
	{"query_ms", "avg_query_time", 1e-3}, {"mean_wait_ms", "avg_wait_time", 1e-3}, {"received_bytes", "total_received", 1},
	{"sent_bytes", "total_sent", 1}, {0},
};

/* The sum of those columns that this version has. */
static void set_sum(const struct result *result, int from, struct table *table, int row, const char *column, const char *const *names)
{
	int64_t sum = 0;
	bool has_any = false;

	for (; *names; names++) {
		int number = result_column(result, *names);

		if (number >= 0 && result_text(result, from, number)) {
			sum += result_int(result, from, number, 0);
			has_any = true;
		}
	}
	if (has_any)
		table_set_int(table, row, column, sum);
	else
		table_set_missing(table, row, column, MISSING_VERSION);
}

static void fill_pool(const struct result *result, int from, struct table *table, int row)
{
	static const char *const client_cancels[] = {"cl_cancel_req", "cl_active_cancel_req", "cl_waiting_cancel_req", NULL};
	static const char *const server_cancels[] = {"sv_active_cancel", "sv_being_canceled", NULL};

	pooler_fill(result, from, of_pools, table, row);
	set_sum(result, from, table, row, "cl_cancel", client_cancels);
	set_sum(result, from, table, row, "sv_cancel", server_cancels);
	if (result_column(result, "maxwait") < 0)
		table_set_missing(table, row, "maxwait_s", MISSING_VERSION);
	else
		table_set_real(table, row, "maxwait_s", pooler_wait_s(result, from, "maxwait", "maxwait_us"));
}

static void fill_database(const struct result *result, int from, struct table *table, int row)
{
	static const char *const reserves[] = {"reserve_pool", "reserve_pool_size", NULL};
	const char *host = result_text(result, from, result_column(result, "host"));
	const char *port = result_text(result, from, result_column(result, "port"));
	int64_t most = result_int(result, from, result_column(result, "max_connections"), 0);

	pooler_fill(result, from, of_databases, table, row);
	set_sum(result, from, table, row, "reserve_size", reserves);
	if (most > 0)
		table_set_int(table, row, "database_most", most);
	if (port) {
		char *server = mem_format("%s:%s", host ? host : "local", port);

		table_set_text(table, row, "server_host", server);
		mem_free(server);
	}
}

static void fill_stats(const struct result *result, int from, struct table *table, int row)
{
	pooler_fill(result, from, of_stats, table, row);
}

static int row_named(const struct result *result, const char *column, const char *name)
{
	int number = result_column(result, column);

	for (int row = 0; row < result_rows(result); row++) {
		const char *value = result_text(result, row, number);

		if (value && name && strcmp(value, name) == 0)
			return row;
	}
	return -1;
}

static bool has_pool(const struct table *table, const char *database)
{
	for (int row = 0; row < table_rows(table); row++) {
		const char *name = table_get_text(table, row, "database");

		if (name && strcmp(name, database) == 0)
			return true;
	}
	return false;
}

/* Nobody has asked for these yet: a pool comes with its first client. */
static void add_unused(const struct result *result, struct table *table)
{
	static const char *const none[] = {"cl_active", "cl_waiting", "sv_active", "sv_idle", NULL};
	int name = result_column(result, "name"), forced = result_column(result, "force_user");

	for (int from = 0; from < result_rows(result); from++) {
		const char *database = result_text(result, from, name);

		if (!database || strcmp(database, "pgbouncer") == 0 || has_pool(table, database))
			continue;
		int row = table_add_row(table);

		table_set_text(table, row, "database", database);
		table_set_text(table, row, "user", result_text(result, from, forced));
		for (const char *const *column = none; *column; column++)
			table_set_int(table, row, *column, 0);
		table_set_text(table, row, "state", "unused");
	}
}

/* What is known of each database beside its pools. That it cannot be had leaves cells empty, not the pane. */
static void add_from(struct session *session, const char *command, const char *name_column, struct table *table,
                     void (*fill)(const struct result *, int, struct table *, int))
{
	struct result *result = NULL;
	struct err err = {0};

	if (session_query_wait(session, command, NULL, 0, DEADLINE_MS, &result, &err)) {
		if (fill == fill_database)
			add_unused(result, table);
		for (int row = 0; row < table_rows(table); row++) {
			int from = row_named(result, name_column, table_get_text(table, row, "database"));

			if (from >= 0)
				fill(result, from, table, row);
		}
	}
	result_free(result);
}

/* The pool of the console itself tells nothing about any database. */
static void leave_out_console(struct table *table)
{
	for (int row = table_rows(table) - 1; row >= 0; row--) {
		const char *database = table_get_text(table, row, "database");

		if (database && strcmp(database, "pgbouncer") == 0)
			table_remove_row(table, row);
	}
}

/* PAUSE and SUSPEND without a name hold everybody, and SHOW DATABASES says nothing of it. 1.19 learned to tell. */
static const char *state_of_all(struct session *session)
{
	struct result *result = NULL;
	struct err err = {0};
	const char *state = NULL;

	if (pooler_version(session) >= 1019 && session_query_wait(session, show_state, NULL, 0, DEADLINE_MS, &result, &err)) {
		for (int row = 0; row < result_rows(result); row++) {
			const char *key = result_text(result, row, result_column(result, "key"));
			const char *value = result_text(result, row, result_column(result, "value"));

			if (!key || !value || strcmp(value, "yes") != 0)
				continue;
			state = strcmp(key, "paused") == 0 ? "paused" : strcmp(key, "suspended") == 0 ? "suspended" : state;
		}
	}
	result_free(result);
	return state;
}

static const char *state_of(const struct table *table, int row, const char *of_all)
{
	int64_t waiting = table_get_int(table, row, "cl_waiting", 0), active = table_get_int(table, row, "sv_active", 0);
	int64_t size = table_get_int(table, row, "pool_size", 0);
	bool is_full = size > 0 && active >= size;

	if (of_all)
		return of_all;
	if (table_get_int(table, row, "is_disabled", 0))
		return "disabled";
	if (table_get_int(table, row, "is_paused", 0))
		return "paused";
	if (table_get_text(table, row, "state"))
		return "unused";
	if (waiting > 0)
		return is_full ? "full" : "waiting";
	return is_full ? "busy" : "ok";
}

static bool is_known(const struct result *result, struct err *err)
{
	if (result_column(result, "database") >= 0)
		return true;
	err_set(err, ERR_UNSUPPORTED, "what answers is no PgBouncer that pgtend knows: its SHOW POOLS has no column database");
	return err_hint(err, "the url of [pooler NAME] must lead to PgBouncer's admin console, the database pgbouncer");
}

static bool ask(const struct probe_target *target, struct session *session, struct table *table, struct err *err)
{
	struct result *result = NULL;

	(void)target;
	bool is_answered = session_query_wait(session, show_pools, NULL, 0, DEADLINE_MS, &result, err) && is_known(result, err);

	for (int from = 0; is_answered && from < result_rows(result); from++)
		fill_pool(result, from, table, table_add_row(table));
	result_free(result);
	if (!is_answered)
		return false;
	leave_out_console(table);
	add_from(session, show_databases, "name", table, fill_database);
	if (table_rows(table) == 0)
		return true;
	add_from(session, show_stats, "database", table, fill_stats);
	const char *of_all = state_of_all(session);

	for (int row = 0; row < table_rows(table); row++)
		table_set_text(table, row, "state", state_of(table, row, of_all));
	return true;
}

const struct probe probe_pools = {
	.fact = FACT_POOLS,
	.name = "pools",
	.scope = PROBE_POOLER,
	.tier = TIER_TICK,
	.deadline_ms = DEADLINE_MS,
	.shape = &pools_shape,
	.ask = ask,
};
