/* probes/shapes.h - the columns of every set of facts, in one place: probes fill them, panes draw them, verbs print
 * them with a database in front, the page of JSON keys and `?` quote their documentation.
 *
 * Each is a list for the inside of an array of struct table_column: name, type, title (NULL: for programs only),
 * priority (0 always shown), and where the number comes from.
 */
#ifndef PGTEND_PROBES_SHAPES_H
#define PGTEND_PROBES_SHAPES_H

#include "pgtend/core/table.h"

#define SERVER_COLUMNS \
	{"version", CELL_TEXT, "version", 0, "Version of the server (server_version)."}, \
	{"version_num", CELL_ID, NULL, 0, "The same as a number (server_version_num)."}, \
	{"started", CELL_TIME, "started", 1, "When the server was started (pg_postmaster_start_time())."}, \
	{"is_in_recovery", CELL_BOOL, "standby", 0, "True on a standby (pg_is_in_recovery())."}, \
	{"max_connections", CELL_COUNT, "max conn", 1, "Connections it allows (max_connections)."}, \
	{"reserved_connections", CELL_COUNT, "reserved", 4, "Of those, kept for superusers and reserved roles (superuser_reserved_connections + reserved_connections)."}, \
	{"shared_buffers_bytes", CELL_BYTES, "buffers", 3, "Shared memory for pages (shared_buffers)."}, \
	{"wal_level", CELL_TEXT, "wal", 3, "How much the write-ahead log holds (wal_level)."}, \
	{"archive_mode", CELL_TEXT, "archive", 3, "Whether finished log segments are archived (archive_mode)."}, \
	{"is_autovacuum", CELL_BOOL, "autovacuum", 2, "Whether autovacuum runs (autovacuum)."}, \
	{"is_checksummed", CELL_BOOL, "checksums", 4, "Whether data pages have checksums (data_checksums)."}, \
	{"is_timing_io", CELL_BOOL, "io timing", 5, "Whether reads and writes are timed (track_io_timing)."}, \
	{"encoding", CELL_TEXT, "encoding", 4, "Encoding of the database that answered (server_encoding)."}, \
	{"time_zone", CELL_TEXT, "time zone", 4, "Time zone of the server (TimeZone)."}, \
	{"pending_restart", CELL_WORDS, "wait for restart", 2, "Settings that were changed and take effect at the next restart (pg_settings.pending_restart)."}

#define DATABASES_COLUMNS \
	{"dbname", CELL_TEXT, "database", 0, "Name of the database (pg_database.datname)."}, \
	{"oid", CELL_ID, NULL, 0, "Its number (pg_database.oid)."}, \
	{"size_bytes", CELL_BYTES, "size", 0, "Size on disk, measured at most once a minute, of configured databases only (pg_database_size())."}, \
	{"size_taken", CELL_TIME, NULL, 0, "When size_bytes was measured."}, \
	{"backends", CELL_COUNT, "conn", 0, "Connections to it (pg_stat_database.numbackends)."}, \
	{"max_connections", CELL_COUNT, "max", 1, "Connections that the server allows in all (max_connections)."}, \
	{"active", CELL_COUNT, "active", 1, "Sessions that run a query (pg_stat_activity.state)."}, \
	{"idle", CELL_COUNT, "idle", 2, "Sessions that wait for their client (pg_stat_activity.state)."}, \
	{"idle_in_transaction", CELL_COUNT, "in xact", 1, "Sessions that wait for their client inside a transaction, aborted ones included (pg_stat_activity.state)."}, \
	{"waiting", CELL_COUNT, "waiting", 1, "Sessions that wait for a lock (pg_stat_activity.wait_event_type)."}, \
	{"blocked_s", CELL_SECONDS, NULL, 0, "Longest wait for a lock: since its query began (pg_stat_activity.query_start)."}, \
	{"blocked_pid", CELL_ID, NULL, 0, "The session that has waited longest (pg_stat_activity.pid)."}, \
	{"blocked_by", CELL_TEXT, NULL, 0, "Whom it waits for (pg_blocking_pids())."}, \
	{"idle_in_transaction_s", CELL_SECONDS, NULL, 0, "Longest time idle in a transaction (pg_stat_activity.state_change)."}, \
	{"idle_in_transaction_pid", CELL_ID, NULL, 0, "The session that is (pg_stat_activity.pid)."}, \
	{"commits", CELL_COUNT, NULL, 0, "Transactions committed since stats_reset (pg_stat_database.xact_commit)."}, \
	{"rollbacks", CELL_COUNT, NULL, 0, "Transactions rolled back since stats_reset (pg_stat_database.xact_rollback)."}, \
	{"blks_read", CELL_COUNT, NULL, 0, "Pages read from outside of shared buffers (pg_stat_database.blks_read)."}, \
	{"blks_hit", CELL_COUNT, NULL, 0, "Pages found in shared buffers (pg_stat_database.blks_hit)."}

#define ACTIVITY_COLUMNS \
	{"pid", CELL_ID, "pid", 0, "Process of the session (pg_stat_activity.pid)."}, \
	{"user", CELL_TEXT, "user", 1, "Role that is logged in (pg_stat_activity.usename)."}, \
	{"application", CELL_TEXT, "app", 2, "What the client calls itself (pg_stat_activity.application_name)."}, \
	{"client", CELL_TEXT, "client", 4, "Address of the client; \"local\" for a Unix socket (pg_stat_activity.client_addr)."}, \
	{"state", CELL_TEXT, "state", 0, "active, idle, idle in transaction, ... (pg_stat_activity.state)."}, \
	{"state_s", CELL_SECONDS, "for", 0, "Seconds in that state (pg_stat_activity.state_change)."}, \
	{"xact_s", CELL_SECONDS, "xact", 2, "Age of its transaction (pg_stat_activity.xact_start)."}, \
	{"query_s", CELL_SECONDS, NULL, 0, "Seconds since its query began (pg_stat_activity.query_start)."}, \
	{"wait_event_type", CELL_TEXT, "wait", 1, "Kind of thing it waits for (pg_stat_activity.wait_event_type)."}, \
	{"wait_event", CELL_TEXT, "on", 2, "What it waits for (pg_stat_activity.wait_event)."}, \
	{"blocked_by", CELL_IDS, "blocked by", 1, "Processes that hold or wait before it for the lock it wants; asked only for those that wait for a lock (pg_blocking_pids())."}, \
	{"query", CELL_TEXT, "query", 0, "Text of the running or last query, as far as the server keeps it (pg_stat_activity.query)."}, \
	{"backend_type", CELL_TEXT, NULL, 0, "client backend, autovacuum worker, ... (pg_stat_activity.backend_type)."}, \
	{"leader_pid", CELL_ID, NULL, 0, "The session that a parallel worker works for (pg_stat_activity.leader_pid)."}, \
	{"started", CELL_TIME, NULL, 0, "When the session began (pg_stat_activity.backend_start)."}

#define TABLES_COLUMNS \
	{"schema", CELL_TEXT, "schema", 2, "Schema of the table (pg_namespace.nspname)."}, \
	{"name", CELL_TEXT, "table", 0, "Name of the table, or the view of a continuous aggregate (pg_class.relname)."}, \
	{"oid", CELL_ID, NULL, 0, "Its number (pg_class.oid)."}, \
	{"kind", CELL_TEXT, "kind", 4, "table, partitioned, hypertable, aggregate (continuous) or matview."}, \
	{"parts", CELL_COUNT, "parts", 5, "Partitions or chunks folded into it (pg_inherits)."}, \
	{"rows", CELL_COUNT, "rows", 0, "Live rows by the server's estimate (pg_stat_get_live_tuples(), else pg_class.reltuples; compressed chunks: rows when they were compressed)."}, \
	{"dead", CELL_COUNT, "dead", 1, "Dead rows by the server's estimate (pg_stat_get_dead_tuples())."}, \
	{"dead_ratio", CELL_RATIO, "dead %", 2, "Dead rows of all rows."}, \
	{"total_bytes", CELL_BYTES, "total", 0, "Everything: heap, indexes, toast (pg_total_relation_size(); approximate: pg_class.relpages)."}, \
	{"heap_bytes", CELL_BYTES, "heap", 3, "The rows themselves (total without indexes and toast)."}, \
	{"index_bytes", CELL_BYTES, "index", 2, "All indexes (pg_indexes_size())."}, \
	{"toast_bytes", CELL_BYTES, "toast", 4, "Long values, with their index (pg_class.reltoastrelid)."}, \
	{"is_exact", CELL_BOOL, NULL, 0, "Whether the sizes were measured; false: computed from pg_class.relpages. Missing \"locked\": somebody holds or wants the table for itself (pg_locks), so it was not touched."}, \
	{"growth_bytes_per_day", CELL_BYTES, "growth/d", 1, "Growth by the samples of the last 7 days; null until two lie an hour apart."}, \
	{"last_vacuum", CELL_TIME, "vacuumed", 1, "The newest of pg_stat_get_last_vacuum_time() and pg_stat_get_last_autovacuum_time()."}, \
	{"last_analyze", CELL_TIME, "analyzed", 2, "The newest of pg_stat_get_last_analyze_time() and pg_stat_get_last_autoanalyze_time()."}, \
	{"seq_scans", CELL_COUNT, "seq", 6, "Sequential scans (pg_stat_get_numscans())."}, \
	{"idx_scans", CELL_COUNT, "idx", 6, "Scans of its indexes (pg_stat_get_numscans())."}

#define DEAD_ROWS_COLUMNS \
	{"schema", CELL_TEXT, "schema", 1, "Schema of the table (pg_class.relnamespace)."}, \
	{"name", CELL_TEXT, "table", 0, "Name of the table (pg_class.relname)."}, \
	{"rows", CELL_COUNT, "rows", 0, "Live rows by the server's estimate (pg_stat_get_live_tuples())."}, \
	{"dead", CELL_COUNT, "dead", 0, "Dead rows by the server's estimate (pg_stat_get_dead_tuples())."}

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

extern const struct table_shape server_shape;
extern const struct table_shape databases_shape;
extern const struct table_shape activity_shape;
extern const struct table_shape tables_shape;
extern const struct table_shape dead_rows_shape;
extern const struct table_shape pools_shape;

#endif
