/* probes/shapes_server.h - columns of facts: one server as a whole and each of its databases. Read through probes/shapes.h, which says how. */
#ifndef PGTEND_PROBES_SHAPES_SERVER_H
#define PGTEND_PROBES_SHAPES_SERVER_H

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

extern const struct table_shape server_shape;
extern const struct table_shape databases_shape;

#endif
