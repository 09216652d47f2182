/* doctor/vitals.h - whether a database is well enough for who uses it: it answers, how fast, and its tables can be read. What a health check of an
 * application looks at; why it is not well is doctor's.
 */
#ifndef PGTEND_DOCTOR_VITALS_H
#define PGTEND_DOCTOR_VITALS_H

#include "pgtend/core/table.h"
#include "pgtend/core/text.h"
#include "pgtend/fleet/fleet.h"

#define VITALS_COLUMNS \
	{"status", CELL_TEXT, "status", 0, "healthy, or unhealthy: it does not answer, or its tables cannot be read."}, \
	{"response_ms", CELL_MS, "response", 0, "How long SELECT 1 took, there and back."}, \
	{"connect_ms", CELL_MS, "connect", 2, "How long it took to connect, name and login included."}, \
	{"pool.max", CELL_COUNT, "max", 2, "Connections that the pools of its applications may have together (`applications` in pgtend.ini); null: not said."}, \
	{"pool.total", CELL_COUNT, "total", 0, "Connections that applications have, pgtend's own left out (pg_stat_activity; behind a pooler SHOW CLIENTS)."}, \
	{"pool.idle", CELL_COUNT, "idle", 0, "Of those, how many are free (pg_stat_activity.state)."}, \
	{"pool.waiting", CELL_COUNT, "waiting", 0, "Of those, how many wait for a connection of the pooler. Missing \"unsupported\" without one: what waits inside of an application nobody sees but itself."}, \
	{"table_access", CELL_BOOL, "tables", 0, "Whether the tables can be read; null: not looked at (--no-tables), or there is none."}, \
	{"tables.read", CELL_COUNT, "read", 2, "Tables of which a row was read."}, \
	{"tables.denied", CELL_COUNT, "denied", 3, "Tables that the role may not read (has_table_privilege()). That is unhealthy when it is all of them, or one that --table names."}, \
	{"tables.locked", CELL_COUNT, NULL, 0, "Tables that somebody holds or wants for himself (pg_locks); they were not touched."}, \
	{"tables.failed", CELL_COUNT, NULL, 0, "Tables that could not be read though the role may."}, \
	{"tables.left_out", CELL_COUNT, NULL, 0, "Tables that were not touched because there are more than 2,000: --table names them."}, \
	{"error", CELL_TEXT, "error", 0, "What is wrong; null: nothing."}, \
	{"mend", CELL_TEXT, "what to do", 1, "What helps; null: nothing is to be done, or see doctor."}

extern const struct table_shape vitals_shape;

struct vitals_options {
	const struct words *tables;  /* these alone, as [SCHEMA.]NAME; empty: all */
	bool is_without_tables;
	int deadline_ms;             /* of the whole */
};

/* In a task. Adds one row to `table`, whose shape has VITALS_COLUMNS; what it says of the pool is read from facts (FACT_ACTIVITY, FACT_POOLS,
 * FACT_POOL_CLIENTS) by vitals_pool(). False: unhealthy. */
bool vitals_wait(struct fleet *fleet, struct database *database, const struct vitals_options *options, struct table *table);
/* Adds to that row what the facts say of the pools of applications. */
void vitals_pool(const struct fleet *fleet, const struct database *database, struct table *table, int row);

#endif
