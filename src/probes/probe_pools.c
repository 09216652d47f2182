/* FACT_POOLS: the pools of a PgBouncer, from its admin console.
 *
 * Every column is read by name: 1.16 and 1.17 lack some, each later version adds some. */
#include <string.h>

#include "internal.h"
#include "pgtend/core/mem.h"
#include "pgtend/probes/shapes.h"

static const struct table_column columns[] = {POOLS_COLUMNS};
const struct table_shape pools_shape = {"pools", columns, sizeof columns / sizeof *columns};

enum { DEADLINE_MS = 5000 };

/* The console's own words are no SQL and cannot be run in psql against a server, so they stand here. */
static const char show_pools[] = "SHOW POOLS";
static const char show_databases[] = "SHOW DATABASES";
static const char show_stats[] = "SHOW STATS";

/* The sum of those columns that this version has; false when it has none. */
static bool sum_of(const struct result *result, int row, const char *const *names, int64_t *sum)
{
	bool has_any = false;

	*sum = 0;
	for (; *names; names++) {
		int column = result_column(result, *names);

		if (column >= 0 && result_text(result, row, column)) {
			*sum += result_int(result, row, column, 0);
			has_any = true;
		}
	}
	return has_any;
}

static void set_sum(const struct result *result, int from, struct table *table, int row, const char *column,
                    const char *const *names)
{
	int64_t sum;

	if (sum_of(result, from, names, &sum))
		table_set_int(table, row, column, sum);
	else
		table_set_missing(table, row, column, MISSING_VERSION);
}

static void fill_pools(const struct result *result, struct table *table)
{
	static const char *const client_cancels[] = {"cl_cancel_req", "cl_active_cancel_req", "cl_waiting_cancel_req", NULL};
	static const char *const server_cancels[] = {"sv_active_cancel", "sv_being_canceled", NULL};

	result_fill(result, table);
	for (int row = 0; row < table_rows(table); row++) {
		set_sum(result, row, table, row, "cl_cancel", client_cancels);
		set_sum(result, row, table, row, "sv_cancel", server_cancels);
		double wait_s = (double)result_int(result, row, result_column(result, "maxwait"), 0) +
		                (double)result_int(result, row, result_column(result, "maxwait_us"), 0) / 1e6;

		table_set_real(table, row, "maxwait_s", wait_s);
	}
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

static void copy(const struct result *result, int from, const char *name, struct table *table, int row, const char *column)
{
	table_set_parsed(table, row, column, result_text(result, from, result_column(result, name)));
}

static void fill_database(const struct result *result, int from, struct table *table, int row)
{
	const char *host = result_text(result, from, result_column(result, "host"));
	const char *port = result_text(result, from, result_column(result, "port"));

	copy(result, from, "pool_size", table, row, "pool_size");
	copy(result, from, "database", table, row, "server_database");
	copy(result, from, "current_connections", table, row, "connections");
	copy(result, from, "paused", table, row, "is_paused");
	copy(result, from, "disabled", table, row, "is_disabled");
	if (port) {
		char *server = mem_format("%s:%s", host ? host : "local", port);

		table_set_text(table, row, "server_host", server);
		mem_free(server);
	}
}

static void fill_stats(const struct result *result, int from, struct table *table, int row)
{
	int64_t wait_us = result_int(result, from, result_column(result, "total_wait_time"), -1);

	copy(result, from, "total_xact_count", table, row, "transactions");
	copy(result, from, "total_query_count", table, row, "queries");
	if (wait_us >= 0)
		table_set_real(table, row, "wait_ms", (double)wait_us / 1000);
}

/* What is known of each database beside its pools. That it cannot be had leaves cells empty, not the pane. */
static void add_from(struct session *session, const char *command, const char *name_column, struct table *table,
                     void (*fill)(const struct result *, int, struct table *, int))
{
	struct result *result = NULL;
	struct err err = {0};

	if (session_query_wait(session, command, NULL, 0, DEADLINE_MS, &result, &err)) {
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

static bool ask(const struct probe_target *target, struct session *session, struct table *table, struct err *err)
{
	struct result *result = NULL;

	(void)target;
	bool is_answered = session_query_wait(session, show_pools, NULL, 0, DEADLINE_MS, &result, err);

	if (is_answered)
		fill_pools(result, table);
	result_free(result);
	if (!is_answered)
		return false;
	leave_out_console(table);
	if (table_rows(table) > 0) {
		add_from(session, show_databases, "name", table, fill_database);
		add_from(session, show_stats, "database", table, fill_stats);
	}
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
