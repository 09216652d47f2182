/* doctor/vitals.c - whether a database answers, how fast, and what its pools have left. */
#include "vitals.h"

#include <string.h>

#include "pgtend/core/mem.h"
#include "pgtend/core/units.h"
#include "pgtend/fleet/pools.h"

static const struct table_column columns[] = {VITALS_COLUMNS};
const struct table_shape vitals_shape = {"health", columns, sizeof columns / sizeof *columns};

/* The most trivial of all questions, as every health check asks it. */
static const char simplest[] = "select 1";

static void say_error(struct table *table, int row, const struct err *err)
{
	table_set_text(table, row, "error", err->text);
	if (err->hint[0])
		table_set_text(table, row, "mend", err->hint);
}

static bool look(struct fleet *fleet, struct database *database, struct session *session, const struct vitals_options *options, struct table *table, int row)
{
	struct result *result = NULL;
	struct err err = {0};
	int64_t started_us = units_now_us();

	if (!session_ready_wait(session, options->deadline_ms, &err)) {
		say_error(table, row, &err);
		return false;
	}
	table_set_real(table, row, "connect_ms", (double)(units_now_us() - started_us) / 1000.0);
	started_us = units_now_us();
	bool is_answered = session_query_wait(session, simplest, NULL, 0, options->deadline_ms, &result, &err);

	result_free(result);
	if (is_answered)
		table_set_real(table, row, "response_ms", (double)(units_now_us() - started_us) / 1000.0);
	/* what the pool's facts are about, for who reads them next */
	if (!is_answered || !database_learn_wait(fleet, database, session, &err)) {
		say_error(table, row, &err);
		return false;
	}
	return options->is_without_tables || vitals_tables(session, options, table, row);
}

bool vitals_wait(struct fleet *fleet, struct database *database, const struct vitals_options *options, struct table *table)
{
	int row = table_add_row(table);
	struct session *session = database_look_session(fleet, database, NULL, false);
	bool is_good = look(fleet, database, session, options, table, row);

	table_set_text(table, row, "status", is_good ? "healthy" : "unhealthy");
	session_free(session);
	return is_good;
}

/* --- pools -------------------------------------------------------------------------------------- */

/* The sum over applications; one that is missing makes the sum a missing one. */
static void add_up(const struct table *pools, const char *from, struct table *table, int row, const char *to)
{
	int64_t sum = 0;
	bool has_any = false;
	enum missing why = MISSING_NONE;

	for (int i = 0; i < table_rows(pools); i++) {
		const struct cell *cell = table_get(pools, i, from);

		has_any = has_any || cell->has_value;
		sum += cell->has_value ? cell->u.integer : 0;
		if (cell->missing != MISSING_NONE)
			why = cell->missing;
	}
	if (why != MISSING_NONE && !(why == MISSING_UNSUPPORTED && has_any))
		table_set_missing(table, row, to, why);
	else if (has_any || strcmp(from, "most") != 0)
		table_set_int(table, row, to, sum);
}

void vitals_pool(const struct fleet *fleet, const struct database *database, struct table *table, int row)
{
	static const char *const numbers[] = {"pool.total", "pool.idle", "pool.waiting", NULL};
	const struct facts *activity = database_facts(database, FACT_ACTIVITY);
	struct table *pools;

	if (!database->server->has[CAP_ACTIVITY] || !activity->table || activity->err.kind != ERR_NONE) {
		for (const char *const *number = numbers; *number; number++)
			table_set_missing(table, row, *number, database->server->has[CAP_ACTIVITY] ? MISSING_TIMEOUT : MISSING_UNSUPPORTED);
		return;
	}
	pools = application_pools(fleet, database);
	add_up(pools, "most", table, row, "pool.max");
	add_up(pools, "total", table, row, "pool.total");
	add_up(pools, "idle", table, row, "pool.idle");
	add_up(pools, "waiting", table, row, "pool.waiting");
	table_free(pools);
}
