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

/* Of every database, asked once a minute: the same in DATABASES and RATES. */
#define DATABASES_SLOW_COLUMNS \
	{"checksum_failures", CELL_COUNT, "bad pages", 8, "Pages whose checksum was wrong; null without checksums (pg_stat_database.checksum_failures)."}, \
	{"conflicts", CELL_COUNT, "conflicts", 9, "Queries cancelled on a standby by what it had to replay (pg_stat_database.conflicts)."}, \
	{"sessions", CELL_COUNT, "sessions", 9, "Sessions begun since stats_reset (pg_stat_database.sessions; PostgreSQL 14)."}, \
	{"sessions_abandoned", CELL_COUNT, "lost", 8, "Sessions whose client vanished (pg_stat_database.sessions_abandoned; PostgreSQL 14)."}, \
	{"sessions_fatal", CELL_COUNT, "fatal", 8, "Sessions ended by a fatal error (pg_stat_database.sessions_fatal; PostgreSQL 14)."}, \
	{"sessions_killed", CELL_COUNT, "killed", 8, "Sessions ended by an operator (pg_stat_database.sessions_killed; PostgreSQL 14)."}, \
	{"session_s", CELL_SECONDS, NULL, 9, "Time that sessions were there, all together (pg_stat_database.session_time; PostgreSQL 14)."}, \
	{"session_active_s", CELL_SECONDS, NULL, 9, "Of that, time they ran statements (pg_stat_database.active_time; PostgreSQL 14)."}, \
	{"session_in_transaction_s", CELL_SECONDS, NULL, 9, "Of that, time they were idle in a transaction (pg_stat_database.idle_in_transaction_time; PostgreSQL 14)."}

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
	{"blks_hit", CELL_COUNT, NULL, 0, "Pages found in shared buffers (pg_stat_database.blks_hit)."}, \
	{"tuples_returned", CELL_COUNT, NULL, 0, "Rows that scans read since stats_reset (pg_stat_database.tup_returned)."}, \
	{"tuples_fetched", CELL_COUNT, NULL, 0, "Rows fetched by index scans (pg_stat_database.tup_fetched)."}, \
	{"tuples_inserted", CELL_COUNT, NULL, 0, "Rows inserted (pg_stat_database.tup_inserted)."}, \
	{"tuples_updated", CELL_COUNT, NULL, 0, "Rows updated (pg_stat_database.tup_updated)."}, \
	{"tuples_deleted", CELL_COUNT, NULL, 0, "Rows deleted (pg_stat_database.tup_deleted)."}, \
	{"temp_files", CELL_COUNT, NULL, 0, "Temporary files that queries made (pg_stat_database.temp_files)."}, \
	{"temp_bytes", CELL_BYTES, NULL, 0, "What was written to them (pg_stat_database.temp_bytes)."}, \
	{"deadlocks", CELL_COUNT, NULL, 0, "Deadlocks since stats_reset (pg_stat_database.deadlocks)."}, \
	{"stats_reset", CELL_TIME, NULL, 0, "Since when all of them count (pg_stat_database.stats_reset)."}, \
	DATABASES_SLOW_COLUMNS

/* Made of two answers of DATABASES (probes/rates.h). */
#define RATES_COLUMNS \
	{"dbname", CELL_TEXT, "database", 0, "Name of the database on its server (pg_database.datname)."}, \
	{"size_bytes", CELL_BYTES, "size", 2, "Size on disk, of configured databases only (pg_database_size())."}, \
	{"backends", CELL_COUNT, "conn", 1, "Connections to it (pg_stat_database.numbackends)."}, \
	{"commits_per_s", CELL_REAL, "commit/s", 0, "Transactions committed a second (pg_stat_database.xact_commit)."}, \
	{"rollbacks_per_s", CELL_REAL, "rollb/s", 0, "Transactions rolled back a second (pg_stat_database.xact_rollback)."}, \
	{"rollback_ratio", CELL_RATIO, "rollb %", 3, "Rolled back of all transactions: between the two looks, or since stats_reset where nothing happened between them."}, \
	{"hit_ratio", CELL_RATIO, "hit", 1, "Pages found in shared buffers of all pages asked for: between the two looks, or since stats_reset where none was asked."}, \
	{"blocks_read_per_s", CELL_REAL, "read/s", 2, "Pages a second from outside of shared buffers (pg_stat_database.blks_read)."}, \
	{"blocks_hit_per_s", CELL_REAL, "hits/s", 5, "Pages a second found in shared buffers (pg_stat_database.blks_hit)."}, \
	{"returned_per_s", CELL_REAL, "scanned/s", 3, "Rows a second that scans read (pg_stat_database.tup_returned)."}, \
	{"fetched_per_s", CELL_REAL, "fetch/s", 4, "Rows a second fetched by index scans (pg_stat_database.tup_fetched)."}, \
	{"inserted_per_s", CELL_REAL, "ins/s", 1, "Rows inserted a second (pg_stat_database.tup_inserted)."}, \
	{"updated_per_s", CELL_REAL, "upd/s", 1, "Rows updated a second (pg_stat_database.tup_updated)."}, \
	{"deleted_per_s", CELL_REAL, "del/s", 1, "Rows deleted a second (pg_stat_database.tup_deleted)."}, \
	{"temp_bytes_per_s", CELL_BYTES, "temp/s", 4, "Written to temporary files a second (pg_stat_database.temp_bytes)."}, \
	{"temp_files", CELL_COUNT, "temp", 6, "Temporary files since stats_reset (pg_stat_database.temp_files)."}, \
	{"temp_bytes", CELL_BYTES, "temp size", 6, "Written to them since stats_reset (pg_stat_database.temp_bytes)."}, \
	{"deadlocks", CELL_COUNT, "deadlocks", 3, "Deadlocks since stats_reset (pg_stat_database.deadlocks)."}, \
	DATABASES_SLOW_COLUMNS, \
	{"stats_reset", CELL_TIME, "counts since", 7, "Since when what is no rate counts (pg_stat_database.stats_reset); null: since the server's beginning."}, \
	{"interval_s", CELL_SECONDS, NULL, 9, "Time between the two looks that the rates are of; null: there was but one, or the statistics were reset between them."}

#define REPLICATION_COLUMNS \
	{"kind", CELL_TEXT, "kind", 0, "standby (that follows this server), slot, receiver (of this server, a standby itself) or subscription."}, \
	{"name", CELL_TEXT, "name", 0, "application_name of the standby, name of the slot or subscription, address that a receiver follows."}, \
	{"type", CELL_TEXT, "type", 3, "physical or logical."}, \
	{"state", CELL_TEXT, "state", 0, "Standby: pg_stat_replication.state; slot: active or inactive; receiver: streaming, paused (replay) or not receiving; subscription: running, down or disabled."}, \
	{"sync_state", CELL_TEXT, "sync", 2, "Whether commits wait for this standby (pg_stat_replication.sync_state)."}, \
	{"lag_bytes", CELL_BYTES, "behind", 0, "Log that is not replayed yet there (slot: not confirmed by its consumer)."}, \
	{"lag_s", CELL_SECONDS, "lag", 0, "How late replay is; 0 where everything was replayed, also when nothing happens any more (replay_lag, pg_last_xact_replay_timestamp())."}, \
	{"write_lag_s", CELL_SECONDS, "write lag", 6, "pg_stat_replication.write_lag."}, \
	{"flush_lag_s", CELL_SECONDS, "flush lag", 6, "pg_stat_replication.flush_lag."}, \
	{"replay_lag_s", CELL_SECONDS, NULL, 6, "pg_stat_replication.replay_lag as it is: null on an idle standby."}, \
	{"retained_bytes", CELL_BYTES, "keeps", 0, "Log that the server keeps for the slot (pg_replication_slots.restart_lsn)."}, \
	{"wal_status", CELL_TEXT, "log", 1, "reserved, extended (more than max_wal_size), unreserved (about to be lost) or lost (pg_replication_slots.wal_status)."}, \
	{"safe_wal_bytes", CELL_BYTES, "may write", 4, "What may be written before the slot is lost; null without max_slot_wal_keep_size (pg_replication_slots.safe_wal_size)."}, \
	{"inactive_s", CELL_SECONDS, "unused", 3, "How long nobody has used the slot (pg_replication_slots.inactive_since; PostgreSQL 17)."}, \
	{"invalidation", CELL_TEXT, "invalid", 1, "Why the slot is of no use any more (pg_replication_slots.invalidation_reason; PostgreSQL 17, conflicting in 16)."}, \
	{"xmin_age", CELL_COUNT, "xmin age", 4, "Age of the oldest transaction whose rows must stay for its sake (backend_xmin, xmin, catalog_xmin)."}, \
	{"client", CELL_TEXT, "client", 5, "Address of the standby, or of the server that is followed."}, \
	{"database", CELL_TEXT, "database", 5, "Database of a logical slot or subscription."}, \
	{"user", CELL_TEXT, "user", 7, "Role of the standby (pg_stat_replication.usename)."}, \
	{"slot", CELL_TEXT, "slot", 5, "Slot that the standby or the receiver uses."}, \
	{"pid", CELL_ID, "pid", 7, "Process on this server."}, \
	{"heard_s", CELL_SECONDS, "heard", 6, "Since the other side's last message (reply_time, last_msg_receipt_time)."}, \
	{"is_failover", CELL_BOOL, NULL, 9, "Whether the slot is kept on standbys too (pg_replication_slots.failover; PostgreSQL 17)."}

#define WAL_COLUMNS \
	{"lsn", CELL_TEXT, "position", 1, "Where the log ends (pg_current_wal_lsn(), on a standby pg_last_wal_replay_lsn())."}, \
	{"bytes_per_s", CELL_BYTES, "log/s", 0, "Log written a second, between two looks; null at the first."}, \
	{"position_bytes", CELL_BYTES, NULL, 9, "The same position as bytes since the cluster's beginning."}, \
	{"since_checkpoint_bytes", CELL_BYTES, "since ckpt", 0, "Log since the last checkpoint began: what a crash would have to replay (pg_control_checkpoint())."}, \
	{"checkpoint_at", CELL_TIME, "checkpoint", 1, "When the last checkpoint was made (pg_control_checkpoint())."}, \
	{"max_wal_bytes", CELL_BYTES, "max wal", 3, "After so much log a checkpoint is made before its time (max_wal_size)."}, \
	{"checkpoint_timeout_s", CELL_SECONDS, "timeout", 4, "Time between checkpoints (checkpoint_timeout)."}, \
	{"checkpoints_timed", CELL_COUNT, "timed", 1, "Checkpoints made in time since stats_reset (pg_stat_checkpointer.num_timed; before 17 pg_stat_bgwriter.checkpoints_timed)."}, \
	{"checkpoints_requested", CELL_COUNT, "requested", 0, "Checkpoints made before their time: by the log, or by hand (num_requested, checkpoints_req)."}, \
	{"requested_ratio", CELL_RATIO, "requested %", 0, "Requested of all checkpoints: where it is much, max_wal_size is small for what is written."}, \
	{"checkpoints_done", CELL_COUNT, "done", 7, "Checkpoints that were carried out (pg_stat_checkpointer.num_done; PostgreSQL 18)."}, \
	{"restartpoints_done", CELL_COUNT, "restartpoints", 7, "The same on a standby (pg_stat_checkpointer.restartpoints_done; PostgreSQL 17)."}, \
	{"checkpoint_write_ms", CELL_MS, "ckpt write", 5, "Time that checkpoints wrote (write_time)."}, \
	{"checkpoint_sync_ms", CELL_MS, "ckpt sync", 5, "Time that they waited for the disk (sync_time)."}, \
	{"checkpoint_pages", CELL_COUNT, "ckpt pages", 2, "Pages written by checkpoints (buffers_written, before 17 buffers_checkpoint)."}, \
	{"writer_pages", CELL_COUNT, "writer pages", 2, "Pages written by the background writer (pg_stat_bgwriter.buffers_clean)."}, \
	{"session_pages", CELL_COUNT, "session pages", 2, "Pages that sessions had to write themselves (buffers_backend; from 17 on pg_stat_io.writes of everybody else)."}, \
	{"session_fsyncs", CELL_COUNT, "session syncs", 7, "Times that they had to wait for the disk themselves (buffers_backend_fsync, pg_stat_io.fsyncs)."}, \
	{"writer_halts", CELL_COUNT, "halts", 7, "Times that the background writer stopped because it had written enough (pg_stat_bgwriter.maxwritten_clean)."}, \
	{"pages_allocated", CELL_COUNT, NULL, 9, "Shared buffers that were filled anew (pg_stat_bgwriter.buffers_alloc)."}, \
	{"records", CELL_COUNT, "records", 6, "Records of the log (pg_stat_wal.wal_records; PostgreSQL 14)."}, \
	{"full_pages", CELL_COUNT, "full pages", 5, "Whole pages in it, written after each checkpoint (pg_stat_wal.wal_fpi; PostgreSQL 14)."}, \
	{"written_bytes", CELL_BYTES, "written", 4, "Log since stats_reset (pg_stat_wal.wal_bytes; PostgreSQL 14)."}, \
	{"buffers_full", CELL_COUNT, "full buffers", 5, "Times that wal_buffers was too small (pg_stat_wal.wal_buffers_full; PostgreSQL 14)."}, \
	{"writes", CELL_COUNT, NULL, 9, "Writes of the log (pg_stat_wal.wal_write; PostgreSQL 14 to 17)."}, \
	{"syncs", CELL_COUNT, NULL, 9, "Times that it was brought to the disk (pg_stat_wal.wal_sync; PostgreSQL 14 to 17)."}, \
	{"write_ms", CELL_MS, "log write", 8, "Time of those writes, with track_wal_io_timing (pg_stat_wal.wal_write_time; PostgreSQL 14 to 17)."}, \
	{"sync_ms", CELL_MS, "log sync", 8, "Time of those syncs, with track_wal_io_timing (pg_stat_wal.wal_sync_time; PostgreSQL 14 to 17)."}, \
	{"stats_reset", CELL_TIME, "counts since", 8, "Since when checkpoints are counted."}

#define WRAPAROUND_COLUMNS \
	{"dbname", CELL_TEXT, "database", 0, "Name of the database (pg_database.datname); each of them may stop the whole server."}, \
	{"oid", CELL_ID, NULL, 9, "Its number (pg_database.oid)."}, \
	{"xid_age", CELL_COUNT, "xid age", 0, "Transactions since its oldest one that is not frozen (age(datfrozenxid))."}, \
	{"freeze_max_age", CELL_COUNT, "forced at", 1, "From this age on autovacuum freezes by force (autovacuum_freeze_max_age)."}, \
	{"xids_left", CELL_COUNT, "left", 0, "Transactions until the server takes no more."}, \
	{"multixact_age", CELL_COUNT, "mxid age", 2, "The same of multixacts (mxid_age(datminmxid))."}, \
	{"multixact_freeze_max_age", CELL_COUNT, "mxid forced", 5, "autovacuum_multixact_freeze_max_age."}, \
	{"multixacts_left", CELL_COUNT, "mxid left", 3, "Multixacts until the server takes no more."}, \
	{"used", CELL_RATIO, "used", 0, "How far the worse of both is on its way to the end."}, \
	{"is_open", CELL_BOOL, NULL, 9, "Whether it may be connected to (pg_database.datallowconn)."}

#define OLDEST_TABLES_COLUMNS \
	{"schema", CELL_TEXT, "schema", 2, "Schema of the table."}, \
	{"name", CELL_TEXT, "table", 0, "Name of the table."}, \
	{"oid", CELL_ID, NULL, 9, "Its number (pg_class.oid)."}, \
	{"is_toast", CELL_BOOL, "long values", 4, "Whether it is the table of its long values that is so old."}, \
	{"xid_age", CELL_COUNT, "xid age", 0, "Transactions since its oldest one that is not frozen (age(relfrozenxid))."}, \
	{"multixact_age", CELL_COUNT, "mxid age", 3, "The same of multixacts (mxid_age(relminmxid))."}, \
	{"freeze_max_age", CELL_COUNT, "forced at", 1, "From this age on autovacuum freezes it by force: its own setting, else the server's."}, \
	{"size_bytes", CELL_BYTES, "size", 1, "Its size as the last vacuum saw it (pg_class.relpages)."}, \
	{"is_autovacuum_off", CELL_BOOL, "autovacuum off", 3, "Whether its own settings keep autovacuum away, until it comes by force."}, \
	{"last_vacuum", CELL_TIME, "vacuumed", 2, "When it was vacuumed last."}

#define SEQUENCES_COLUMNS \
	{"schema", CELL_TEXT, "schema", 2, "Schema of the sequence."}, \
	{"name", CELL_TEXT, "sequence", 0, "Name of the sequence."}, \
	{"oid", CELL_ID, NULL, 9, "Its number (pg_class.oid)."}, \
	{"column", CELL_TEXT, "column", 1, "Column that it fills: its owner (serial, identity), else one whose default asks it; null: none."}, \
	{"column_type", CELL_TEXT, "type", 1, "Type of that column."}, \
	{"type", CELL_TEXT, NULL, 9, "Type of the sequence itself (pg_sequence.seqtypid)."}, \
	{"last_value", CELL_ID, "last", 1, "Number that was given last; null: none yet (pg_sequence_last_value())."}, \
	{"last_possible", CELL_ID, "end", 2, "Number after which there is none: of the sequence or of its column's type, whichever comes first."}, \
	{"increment", CELL_ID, "step", 6, "pg_sequence.seqincrement."}, \
	{"used", CELL_RATIO, "used", 0, "How far it is on its way to its end."}, \
	{"values_left", CELL_COUNT, "left", 0, "Numbers that it can still give."}, \
	{"is_cycle", CELL_BOOL, "cycles", 5, "Whether it begins anew at its end: no end then, but numbers that were given before."}

#define SETTINGS_COLUMNS \
	{"scope", CELL_TEXT, "scope", 2, "server, or for whom alone it holds: database X, role X, role X in database Y (pg_db_role_setting)."}, \
	{"name", CELL_TEXT, "setting", 0, "Name of the setting (pg_settings.name)."}, \
	{"value", CELL_TEXT, "value", 0, "Its value, with its unit."}, \
	{"default_value", CELL_TEXT, "default", 1, "What it would be if nobody set it (pg_settings.boot_val)."}, \
	{"concern", CELL_TEXT, "concern", 0, "What this value does that it should not; null: nothing is known against it."}, \
	{"is_changed", CELL_BOOL, NULL, 9, "Whether somebody set it to something else than its default."}, \
	{"source", CELL_TEXT, "source", 3, "Where the value comes from (pg_settings.source)."}, \
	{"file", CELL_TEXT, "file", 5, "File and line that set it (pg_settings.sourcefile, sourceline)."}, \
	{"context", CELL_TEXT, "takes effect", 6, "What a change needs: postmaster a restart, sighup a reload, else a new session or nothing (pg_settings.context)."}, \
	{"is_pending_restart", CELL_BOOL, "restart", 1, "Whether it was changed in its file and waits for a restart (pg_settings.pending_restart)."}, \
	{"verdict", CELL_TEXT, NULL, 9, "crit, warn or ok: how dangerous that value is; null: nothing is known against it."}

#define EXTENSIONS_COLUMNS \
	{"name", CELL_TEXT, "extension", 0, "Name of the extension (pg_extension.extname)."}, \
	{"schema", CELL_TEXT, "schema", 2, "Where its objects are."}, \
	{"version", CELL_TEXT, "version", 0, "Version that is installed (pg_extension.extversion)."}, \
	{"available_version", CELL_TEXT, "available", 0, "Version that the server's files would bring (pg_available_extensions.default_version)."}, \
	{"is_outdated", CELL_BOOL, "newer", 0, "Whether ALTER EXTENSION ... UPDATE would bring it there (pg_extension_update_paths())."}, \
	{"is_without_files", CELL_BOOL, "no files", 4, "Whether the server's files of it are gone: it is installed, and would not be after a restore."}, \
	{"description", CELL_TEXT, "what it is", 5, "The extension's own words (pg_available_extensions.comment)."}

#define DISK_COLUMNS \
	{"kind", CELL_TEXT, "kind", 0, "tablespace, log (write-ahead) or temporary (files of queries at work)."}, \
	{"name", CELL_TEXT, "name", 0, "Name of the tablespace."}, \
	{"size_bytes", CELL_BYTES, "size", 0, "What lies there (pg_tablespace_size(), pg_ls_waldir(), pg_ls_tmpdir())."}, \
	{"files", CELL_COUNT, "files", 2, "How many files."}, \
	{"location", CELL_TEXT, "folder", 1, "Where (pg_tablespace_location(), data_directory)."}, \
	{"disk_free_bytes", CELL_BYTES, "free", 0, "Free space of the disk it lies on. PostgreSQL does not tell it: known where the server runs on this machine, which is asked itself."}, \
	{"disk_bytes", CELL_BYTES, "disk", 3, "Size of that disk."}

extern const struct table_shape server_shape;
extern const struct table_shape databases_shape;
extern const struct table_shape rates_shape;
extern const struct table_shape replication_shape;
extern const struct table_shape wal_shape;
extern const struct table_shape wraparound_shape;
extern const struct table_shape oldest_tables_shape;
extern const struct table_shape sequences_shape;
extern const struct table_shape settings_shape;
extern const struct table_shape extensions_shape;
extern const struct table_shape disk_shape;

#endif
