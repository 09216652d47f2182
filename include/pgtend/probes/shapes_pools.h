/* probes/shapes_pools.h - columns of facts: poolers and who waits for them. Read through probes/shapes.h, which says how. */
#ifndef PGTEND_PROBES_SHAPES_POOLS_H
#define PGTEND_PROBES_SHAPES_POOLS_H

#include "pgtend/core/table.h"

#define POOLS_COLUMNS \
	{"database", CELL_TEXT, "database", 0, "Name that clients ask the pooler for (SHOW POOLS database)."}, \
	{"user", CELL_TEXT, "user", 0, "Role of the pool (SHOW POOLS user)."}, \
	{"state", CELL_TEXT, "state", 0, "ok; busy: all its connections are taken, nobody waits; full: the same and clients wait; waiting: clients wait although the pool is not full; paused, disabled, suspended; unused: nobody has asked for it (SHOW POOLS, SHOW DATABASES; SHOW STATE from 1.19 on)."}, \
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
	{"wait_ms", CELL_MS, NULL, 0, "Time that clients have waited for a connection in all (SHOW STATS total_wait_time)."}, \
	{"min_pool_size", CELL_COUNT, NULL, 0, "Connections that are kept open even when nobody asks (SHOW DATABASES min_pool_size)."}, \
	{"reserve_size", CELL_COUNT, NULL, 0, "Further ones that a pool may open when clients wait for long (SHOW DATABASES reserve_pool_size, before 1.24 reserve_pool)."}, \
	{"database_most", CELL_COUNT, NULL, 0, "Connections that all pools of this database may have together; null: no limit (SHOW DATABASES max_connections)."}, \
	{"transactions_per_s", CELL_REAL, "tps", 4, "Transactions of the database a second, over PgBouncer's last stats_period (SHOW STATS avg_xact_count)."}, \
	{"queries_per_s", CELL_REAL, NULL, 0, "Queries of the database a second, over the same time (SHOW STATS avg_query_count)."}, \
	{"transaction_ms", CELL_MS, NULL, 0, "How long a transaction took on average, over the same time (SHOW STATS avg_xact_time)."}, \
	{"query_ms", CELL_MS, NULL, 0, "How long a query took on average, over the same time (SHOW STATS avg_query_time)."}, \
	{"mean_wait_ms", CELL_MS, NULL, 0, "How long clients waited for a connection in each second of that time (SHOW STATS avg_wait_time)."}, \
	{"received_bytes", CELL_BYTES, NULL, 0, "Bytes from clients since the pooler started (SHOW STATS total_received)."}, \
	{"sent_bytes", CELL_BYTES, NULL, 0, "Bytes to clients since the pooler started (SHOW STATS total_sent)."}

/* One row for each client that holds a connection to the server or waits for one, one for all others of an application, and one for each connection that
 * nobody uses now. */
#define POOL_CLIENTS_COLUMNS \
	{"database", CELL_TEXT, "pool", 0, "Name that the client asked the pooler for (SHOW CLIENTS database)."}, \
	{"user", CELL_TEXT, "user", 1, "Role that it logged in with (SHOW CLIENTS user)."}, \
	{"application", CELL_TEXT, "app", 0, "What it calls itself (SHOW CLIENTS application_name, from 1.18 on)."}, \
	{"client", CELL_TEXT, "client", 3, "Its address and port (SHOW CLIENTS addr, port); null where the row stands for several."}, \
	{"clients", CELL_COUNT, "clients", 0, "How many clients the row stands for: those without a connection, and those that wait beyond the first 500, are folded by application."}, \
	{"state", CELL_TEXT, "state", 0, "active: has a connection to the server; waiting: waits for one; idle: needs none now; free: a connection to the server without a client; or what SHOW CLIENTS state says (active_cancel_req, ...)."}, \
	{"wait_s", CELL_SECONDS, "wait", 0, "How long it has waited for a connection, of several the longest (SHOW CLIENTS wait, wait_us)."}, \
	{"request", CELL_TIME, NULL, 0, "When it asked last; only where PgBouncer's clock is set to UTC (SHOW CLIENTS request_time)."}, \
	{"tls", CELL_TEXT, "tls", 4, "TLS between client and pooler; null: none (SHOW CLIENTS tls)."}, \
	{"server_pid", CELL_ID, "pid", 0, "The process of the server that works for it (SHOW SERVERS remote_pid through SHOW CLIENTS link)."}, \
	{"server_state", CELL_TEXT, NULL, 0, "State of that connection as the pooler sees it (SHOW SERVERS state)."}, \
	{"server", CELL_TEXT, NULL, 0, "Where that connection leads to (SHOW SERVERS addr, port)."}, \
	{"server_tls", CELL_TEXT, NULL, 0, "TLS between pooler and server; null: none (SHOW SERVERS tls)."}, \
	{"taken", CELL_TIME, NULL, 0, "When SHOW CLIENTS was asked: with more than 1,000 clients at most every 30 seconds."}

extern const struct table_shape pools_shape;
extern const struct table_shape pool_clients_shape;

#endif
