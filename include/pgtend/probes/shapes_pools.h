/* probes/shapes_pools.h - columns of facts: poolers and who waits for them. Read through probes/shapes.h, which says how. */
#ifndef PGTEND_PROBES_SHAPES_POOLS_H
#define PGTEND_PROBES_SHAPES_POOLS_H

#include "pgtend/core/table.h"

#define POOLS_COLUMNS \
	{"database", CELL_TEXT, "database", 0, "Name that clients ask the pooler for (SHOW POOLS database)."}, \
	{"user", CELL_TEXT, "user", 0, "Role of the pool (SHOW POOLS user)."}, \
	{"pool_mode", CELL_TEXT, "mode", 2, "session, transaction or statement (SHOW POOLS pool_mode)."}, \
	{"cl_active", CELL_COUNT, "clients", 0, "Clients that have a connection or need none now (SHOW POOLS cl_active)."}, \
	{"cl_waiting", CELL_COUNT, "waiting", 0, "Clients that wait for a connection (SHOW POOLS cl_waiting)."}, \
	{"cl_cancel", CELL_COUNT, NULL, 0, "Clients that cancel a query (SHOW POOLS cl_cancel_req, or the two that replaced it in 1.18)."}, \
	{"sv_active", CELL_COUNT, "active", 0, "Connections to the server that a client uses (SHOW POOLS sv_active)."}, \
	{"sv_idle", CELL_COUNT, "idle", 1, "Connections to the server that are free (SHOW POOLS sv_idle)."}, \
	{"sv_used", CELL_COUNT, "used", 3, "Free ones that must be checked before use (SHOW POOLS sv_used)."}, \
	{"sv_tested", CELL_COUNT, NULL, 0, "Those under such a check (SHOW POOLS sv_tested)."}, \
	{"sv_login", CELL_COUNT, "login", 3, "Connections that are being made (SHOW POOLS sv_login)."}, \
	{"sv_cancel", CELL_COUNT, NULL, 0, "Connections busy with cancelling (SHOW POOLS sv_active_cancel + sv_being_canceled)."}, \
	{"maxwait_s", CELL_SECONDS, "max wait", 0, "How long the first waiting client has waited (SHOW POOLS maxwait, maxwait_us)."}, \
	{"pool_size", CELL_COUNT, "size", 1, "Connections that a pool of this database may have (SHOW DATABASES pool_size)."}, \
	{"server_database", CELL_TEXT, NULL, 0, "The database's name on the server (SHOW DATABASES database)."}, \
	{"server_host", CELL_TEXT, "server", 4, "Where the pooler connects to (SHOW DATABASES host, port)."}, \
	{"connections", CELL_COUNT, "conn", 3, "Connections of this database in all its pools (SHOW DATABASES current_connections)."}, \
	{"is_paused", CELL_BOOL, "paused", 2, "Whether PAUSE holds its clients (SHOW DATABASES paused)."}, \
	{"is_disabled", CELL_BOOL, "disabled", 4, "Whether DISABLE refuses new clients (SHOW DATABASES disabled)."}, \
	{"transactions", CELL_COUNT, NULL, 0, "Transactions of the database since the pooler started (SHOW STATS total_xact_count)."}, \
	{"queries", CELL_COUNT, NULL, 0, "Queries of the database since the pooler started (SHOW STATS total_query_count)."}, \
	{"wait_ms", CELL_MS, NULL, 0, "Time that clients have waited for a connection in all (SHOW STATS total_wait_time)."}

extern const struct table_shape pools_shape;

#endif
