/* timescale/shapes.h - the columns of every set of facts about TimescaleDB (see probes/shapes.h for how they are read).
 *
 * Ages and lags are seconds of the server's clock. What integer time has instead of them is null with missing "unsupported".
 */
#ifndef PGTEND_TIMESCALE_SHAPES_H
#define PGTEND_TIMESCALE_SHAPES_H

#include "pgtend/core/table.h"

/* FACT_CHUNKS: one row a hypertable and continuous aggregate. */
#define CHUNKS_COLUMNS \
	{"schema", CELL_TEXT, "schema", 3, "Schema of the hypertable or of the aggregate's view (_timescaledb_catalog.hypertable)."}, \
	{"name", CELL_TEXT, "name", 0, "Name of the hypertable or of the aggregate's view."}, \
	{"kind", CELL_TEXT, "kind", 3, "hypertable or aggregate (continuous)."}, \
	{"chunks", CELL_COUNT, "chunks", 0, "Chunks it has (pg_inherits)."}, \
	{"compressed", CELL_COUNT, "compr", 0, "Of those, compressed (timescaledb_information.chunks.is_compressed)."}, \
	{"rows", CELL_COUNT, "rows", 4, "Rows by the server's estimate, compressed ones included."}, \
	{"bytes", CELL_BYTES, "size", 0, "What all its chunks take on disk, compressed ones included."}, \
	{"bytes_before", CELL_BYTES, NULL, 0, "What its compressed chunks took before they were compressed (_timescaledb_catalog.compression_chunk_size)."}, \
	{"bytes_after", CELL_BYTES, NULL, 0, "What they took right after (_timescaledb_catalog.compression_chunk_size)."}, \
	{"ratio", CELL_REAL, "ratio", 1, "bytes_before divided by bytes_after: how many times smaller compression made them."}, \
	{"oldest", CELL_TIME, "oldest", 1, "Beginning of the oldest chunk (timescaledb_information.chunks.range_start)."}, \
	{"newest", CELL_TIME, "newest", 2, "End of the newest chunk (timescaledb_information.chunks.range_end)."}, \
	{"time_column", CELL_TEXT, NULL, 0, "The column that it is divided by (timescaledb_information.dimensions.column_name)."}, \
	{"time_type", CELL_TEXT, NULL, 0, "Type of that column (timescaledb_information.dimensions.column_type)."}, \
	{"chunk_interval_s", CELL_SECONDS, "chunk", 2, "Time that one chunk covers (timescaledb_information.dimensions.time_interval)."}, \
	{"drop_after_s", CELL_SECONDS, "keep", 1, "Age at which retention drops a chunk; null: no policy (jobs.config drop_after or drop_created_before)."}, \
	{"compress_after_s", CELL_SECONDS, "compress", 2, "Age at which a chunk is compressed; null: no policy (jobs.config compress_after or compress_created_before)."}, \
	{"retention_job_id", CELL_ID, "job", 4, "Job that drops old chunks (timescaledb_information.jobs.job_id)."}, \
	{"retention_state", CELL_TEXT, "job state", 3, "ok, running, paused, failing, overdue, crashed, never ran, or by hand (a server without a scheduler)."}, \
	{"retention_next", CELL_TIME, "next run", 3, "When it runs next (_timescaledb_internal.bgw_job_stat.next_start)."}, \
	{"retention_ok", CELL_TIME, "last ok", 4, "When it last succeeded (_timescaledb_internal.bgw_job_stat.last_successful_finish)."}, \
	{"retention_failures", CELL_COUNT, "failures", 4, "How often it failed in a row (_timescaledb_internal.bgw_job_stat.consecutive_failures)."}, \
	{"compression_job_id", CELL_ID, NULL, 0, "Job that compresses chunks (timescaledb_information.jobs.job_id)."}, \
	{"compression_state", CELL_TEXT, NULL, 0, "The same words for that job."}, \
	{"late_s", CELL_SECONDS, "late", 1, "Since when the oldest late chunk could have been dropped; 0: nothing is late."}, \
	{"late_chunks", CELL_COUNT, "late chunks", 2, "Chunks that should be gone, by their ranges."}, \
	{"late_bytes", CELL_BYTES, NULL, 0, "What those chunks take."}, \
	{"verdict", CELL_TEXT, "verdict", 0, "ok, late, or no policy: from the ranges of the chunks, not from what a job says of itself."}, \
	{"cause", CELL_TEXT, "cause", 1, "Why it is late: the first cause that holds; with ok: what is odd in how it is set up (key `retention`, width of chunks)."}, \
	{"mend", CELL_TEXT, NULL, 0, "The command that mends it; null: nothing is wrong, or nothing that a command mends."}, \
	{"hypertable_id", CELL_ID, NULL, 0, "Its number in TimescaleDB's catalog (_timescaledb_catalog.hypertable.id)."}, \
	{"integer_now", CELL_ID, NULL, 0, "For integer time: what its own function says is now (timescaledb_information.dimensions.integer_now_func); null: time is time, or it has none."}, \
	{"compress_verdict", CELL_TEXT, NULL, 0, "ok, late, never (compress_after is not shorter than drop_after), or no policy: from the ranges of chunks that are not compressed."}, \
	{"compress_late_s", CELL_SECONDS, NULL, 0, "Since when the oldest of them could have been compressed; 0: nothing is late."}, \
	{"compress_late_chunks", CELL_COUNT, NULL, 0, "Chunks that should be compressed and are not."}, \
	{"compress_late_bytes", CELL_BYTES, NULL, 0, "What those chunks take."}, \
	{"compress_cause", CELL_TEXT, NULL, 0, "Why: the first cause that holds."}, \
	{"compress_mend", CELL_TEXT, NULL, 0, "The command that mends it."}, \
	{"partial", CELL_COUNT, NULL, 0, "Compressed chunks with rows that came later and are not compressed (chunk status 8), or that are not in order (2)."}, \
	{"frozen", CELL_COUNT, NULL, 0, "Chunks that nothing may change (chunk status 4)."}, \
	{"future", CELL_COUNT, NULL, 0, "Chunks that begin after now and the width of a chunk: rows with times that cannot be."}, \
	{"locked", CELL_COUNT, NULL, 0, "Chunks that somebody holds or wants for itself (pg_locks); their sizes are not measured."}, \
	{"bytes_per_row_before", CELL_REAL, NULL, 0, "bytes_before by rows of the compressed chunks (compression_chunk_size.numrows_pre_compression)."}, \
	{"bytes_per_row_after", CELL_REAL, NULL, 0, "bytes_after by the same rows."}, \
	{"expected_ratio", CELL_REAL, NULL, 0, "What the configuration counts on (key `expected_ratio`)."}, \
	{"ratio_verdict", CELL_TEXT, NULL, 0, "ok or low, where expected_ratio is set and something is compressed."}, \
	{"ratio_reason", CELL_TEXT, NULL, 0, "The likely reason of a low ratio: rows per segment, order, a column that differs in each row."}, \
	{"bytes_per_day", CELL_BYTES, NULL, 0, "What comes in a day, uncompressed, by the newest whole chunks."}, \
	{"steady_bytes", CELL_BYTES, NULL, 0, "Size that it will have when retention and compression do their work and as much comes in as now; null: no retention, it grows for ever."}, \
	{"rows_per_segment", CELL_REAL, NULL, 0, "Where the ratio is low: rows that were compressed together, of 1000 (compression_chunk_size.numrows_pre_compression / numrows_post_compression)."}, \
	{"disk_free_bytes", CELL_BYTES, NULL, 0, "Free on the disk that it is kept on; missing \"privilege\" when this role may not know where that is, \"unsupported\" when it is another machine's."}, \
	{"disk_full_s", CELL_SECONDS, NULL, 0, "When that is used up by all hypertables of the database together, each growing by bytes_per_day until steady_bytes; null: never, as things are."}

/* What chunks_with_ingest() adds to them; null for aggregates. */
#define CHUNKS_INGEST_COLUMNS \
	{"newest_row", CELL_TIME, NULL, 0, "Time of the newest row that does not lie in the future, by index."}, \
	{"lag_s", CELL_SECONDS, "lag", 1, "Its age: how long nothing has come."}, \
	{"rows_per_min", CELL_REAL, "rows/min", 2, "Rows a minute over the last whole hour."}, \
	{"gaps", CELL_COUNT, "gaps", 3, "Days without a chunk between the beginning of the retention window (or the oldest chunk) and now."}, \
	{"ingest_verdict", CELL_TEXT, "ingest", 1, "ok, slow, silent or empty: of all rows together, or where they are ok, of the first source that is not."}, \
	{"ingest_cause", CELL_TEXT, NULL, 0, "That verdict as a sentence: mextrack silent since 03:02."}

/* FACT_INGEST: one row a hypertable (source null), and one a source of it where `source_column` is configured. */
#define INGEST_COLUMNS \
	{"schema", CELL_TEXT, "schema", 3, "Schema of the hypertable."}, \
	{"name", CELL_TEXT, "name", 0, "Name of the hypertable."}, \
	{"source", CELL_TEXT, "source", 0, "Who sent the rows (the column that `source_column` names); null: all together."}, \
	{"newest_row", CELL_TIME, "newest", 0, "Time of the newest row that does not lie in the future, by index (max of the time column)."}, \
	{"lag_s", CELL_SECONDS, "lag", 0, "Its age: how long nothing has come."}, \
	{"rows_per_min", CELL_REAL, "rows/min", 0, "Rows a minute over the last whole hour."}, \
	{"usual_rows_per_min", CELL_REAL, "usual", 1, "The same hour of the earlier days: the median of those that have rows."}, \
	{"usual_days", CELL_COUNT, NULL, 0, "Over how many days that is."}, \
	{"gaps", CELL_COUNT, "gaps", 1, "Days without a chunk between the beginning of the retention window (or the oldest chunk) and now."}, \
	{"gap_days", CELL_WORDS, NULL, 0, "Those days (UTC), the newest 31 of them."}, \
	{"verdict", CELL_TEXT, "ingest", 0, "ok, slow, silent or empty."}, \
	{"cause", CELL_TEXT, "cause", 1, "The verdict as a sentence: mextrack silent since 03:02."}

/* FACT_AGGREGATES: one row a continuous aggregate. */
#define AGGREGATES_COLUMNS \
	{"schema", CELL_TEXT, "schema", 3, "Schema of its view (timescaledb_information.continuous_aggregates.view_schema)."}, \
	{"name", CELL_TEXT, "name", 0, "Its view."}, \
	{"source_schema", CELL_TEXT, NULL, 0, "Schema of the hypertable, or of the aggregate, that it is made of."}, \
	{"source", CELL_TEXT, "of", 1, "That hypertable's or aggregate's name."}, \
	{"bucket_s", CELL_SECONDS, "bucket", 1, "Width of a bucket; null for months and for integer time."}, \
	{"watermark", CELL_TIME, "up to", 0, "Up to where it is materialized."}, \
	{"lag_s", CELL_SECONDS, "lag", 0, "Age of that."}, \
	{"is_materialized_only", CELL_BOOL, NULL, 0, "Whether rows behind the watermark stay unseen (materialized_only)."}, \
	{"refresh_job_id", CELL_ID, "job", 3, "Job that refreshes it; null: no policy."}, \
	{"refresh_state", CELL_TEXT, "job state", 2, "As in the policies."}, \
	{"start_offset_s", CELL_SECONDS, "from", 2, "How far back the policy looks; null with a policy: to the beginning."}, \
	{"end_offset_s", CELL_SECONDS, NULL, 0, "What it leaves alone at the end."}, \
	{"raw_drop_after_s", CELL_SECONDS, "raw kept", 2, "Age at which retention drops what it is made of; null: kept for ever."}, \
	{"raw_oldest", CELL_TIME, "raw from", 3, "Where the oldest chunk that is still there begins, of what it is made of: refreshing before that erases."}, \
	{"is_erasing", CELL_BOOL, NULL, 0, "Whether its refresh policy reaches beyond raw_drop_after_s: what it holds of older time is erased."}, \
	{"late_s", CELL_SECONDS, "stale", 1, "How much older than it may be (end_offset + bucket + schedule + grace) it is; 0: fresh."}, \
	{"verdict", CELL_TEXT, "verdict", 0, "ok, stale, erasing, or no policy."}, \
	{"cause", CELL_TEXT, "cause", 1, "Why: the first cause that holds."}, \
	{"mend", CELL_TEXT, NULL, 0, "The command that mends it."}

/* FACT_CHUNK_LIST: one row a chunk, oldest first within its hypertable; where a hypertable has very many, a row stands for several that follow each other. */
#define CHUNK_LIST_COLUMNS \
	{"schema", CELL_TEXT, "schema", 3, "Schema of the hypertable or of the aggregate's view."}, \
	{"name", CELL_TEXT, "name", 0, "Name of the hypertable or of the aggregate's view."}, \
	{"chunk", CELL_TEXT, "chunk", 1, "The chunk's table, with its schema; null where the row stands for several."}, \
	{"chunks", CELL_COUNT, NULL, 0, "How many chunks the row stands for."}, \
	{"range_start", CELL_TIME, "from", 0, "Where it begins; null for integer time."}, \
	{"range_end", CELL_TIME, "to", 0, "Where it ends (exclusive)."}, \
	{"range_start_integer", CELL_ID, "from no.", 3, "The same for integer time."}, \
	{"range_end_integer", CELL_ID, "to no.", 3, "The same for integer time."}, \
	{"created", CELL_TIME, NULL, 0, "When it was made (chunk_creation_time, from 2.13)."}, \
	{"state", CELL_TEXT, "state", 0, "locked, late, future, frozen, partial, compressed or raw: the first that holds (of several chunks: of any; compressed: of all). late: retention should have dropped it."}, \
	{"is_compressed", CELL_BOOL, NULL, 0, "Whether (all of) it is compressed (timescaledb_information.chunks.is_compressed)."}, \
	{"is_compress_late", CELL_BOOL, NULL, 0, "Whether compression should have taken it."}, \
	{"rows", CELL_COUNT, "rows", 1, "Rows by the server's estimate; compressed: rows when it was compressed."}, \
	{"bytes", CELL_BYTES, "size", 0, "What it takes on disk, compressed half included; approximate where computed from pg_class.relpages."}, \
	{"bytes_before", CELL_BYTES, "before", 2, "What it took before compression."}, \
	{"bytes_after", CELL_BYTES, "after", 2, "What it took right after."}, \
	{"tablespace", CELL_TEXT, NULL, 0, "Its tablespace; null: the database's own."}

/* FACT_POLICIES: one row a job. */
#define POLICIES_COLUMNS \
	{"job_id", CELL_ID, "job", 0, "Number of the job (timescaledb_information.jobs.job_id)."}, \
	{"kind", CELL_TEXT, "kind", 0, "retention, compression, refresh, reorder, user or internal, by the procedure's name."}, \
	{"schema", CELL_TEXT, NULL, 0, "Schema of what it works on (timescaledb_information.jobs.hypertable_schema)."}, \
	{"name", CELL_TEXT, "on", 0, "The hypertable or aggregate it works on (timescaledb_information.jobs.hypertable_name)."}, \
	{"application", CELL_TEXT, "application", 4, "Its name in pg_stat_activity (timescaledb_information.jobs.application_name)."}, \
	{"procedure", CELL_TEXT, NULL, 0, "What it calls (timescaledb_information.jobs.proc_schema, proc_name)."}, \
	{"owner", CELL_TEXT, "owner", 5, "Role it runs as (timescaledb_information.jobs.owner)."}, \
	{"state", CELL_TEXT, "state", 0, "ok, running, paused, failing, overdue, crashed, never ran, or by hand (a server without a scheduler)."}, \
	{"is_scheduled", CELL_BOOL, NULL, 0, "Whether the scheduler may start it (timescaledb_information.jobs.scheduled)."}, \
	{"schedule_s", CELL_SECONDS, "every", 1, "How often it runs (timescaledb_information.jobs.schedule_interval)."}, \
	{"next_start", CELL_TIME, "next run", 1, "When it runs next (_timescaledb_internal.bgw_job_stat.next_start)."}, \
	{"last_start", CELL_TIME, NULL, 0, "When it last began (_timescaledb_internal.bgw_job_stat.last_start)."}, \
	{"last_ok", CELL_TIME, "last ok", 1, "When it last succeeded (_timescaledb_internal.bgw_job_stat.last_successful_finish)."}, \
	{"runs", CELL_COUNT, "runs", 3, "How often it ran (_timescaledb_internal.bgw_job_stat.total_runs)."}, \
	{"failures", CELL_COUNT, "failures", 2, "How often it failed (_timescaledb_internal.bgw_job_stat.total_failures)."}, \
	{"consecutive_failures", CELL_COUNT, "in a row", 3, "How often in a row (_timescaledb_internal.bgw_job_stat.consecutive_failures)."}, \
	{"last_error", CELL_TEXT, "error", 2, "What the last failure said; missing \"privilege\" when this role may not see it (timescaledb_information.job_errors.err_message)."}, \
	{"last_sqlstate", CELL_TEXT, NULL, 0, "Its SQLSTATE (timescaledb_information.job_errors.sqlerrcode)."}, \
	{"config", CELL_TEXT, NULL, 0, "Its configuration as JSON (timescaledb_information.jobs.config)."}, \
	{"pid", CELL_ID, "pid", 4, "Process that runs it now (pg_stat_activity.pid)."}, \
	{"is_scheduler_up", CELL_BOOL, NULL, 0, "Whether the database has a scheduler that starts jobs (pg_stat_activity.application_name)."}, \
	{"hypertable_id", CELL_ID, NULL, 0, "Number of the hypertable it works on (jobs.config hypertable_id or mat_hypertable_id)."}, \
	{"after_s", CELL_SECONDS, NULL, 0, "Age at which it acts (jobs.config drop_after, compress_after and their _created_before); null for integer time."}, \
	{"after_integer", CELL_ID, NULL, 0, "The same for integer time, in the units of its column."}, \
	{"is_by_creation", CELL_BOOL, NULL, 0, "Whether the age counts from when a chunk was made (drop_created_before, compress_created_before)."}, \
	{"start_offset_s", CELL_SECONDS, NULL, 0, "refresh: how far back it looks (jobs.config start_offset); null: to the beginning."}, \
	{"end_offset_s", CELL_SECONDS, NULL, 0, "refresh: what it leaves alone at the end (jobs.config end_offset)."}, \
	{"max_chunks", CELL_COUNT, NULL, 0, "compression: how many chunks it takes in one run (jobs.config maxchunks_to_compress); null: all."}, \
	{"took_s", CELL_SECONDS, NULL, 0, "How long its last run took (bgw_job_stat.last_finish - last_start)."}, \
	{"crashes", CELL_COUNT, NULL, 0, "How often it crashed in a row (bgw_job_stat.consecutive_crashes); not counted while it runs."}, \
	{"blocked_by", CELL_IDS, NULL, 0, "Processes that its process waits for now (pg_blocking_pids())."}, \
	{"is_owner_able", CELL_BOOL, NULL, 0, "Whether its owner may log in and owns what it works on (pg_roles.rolcanlogin, pg_has_role())."}, \
	{"owner_lacks", CELL_TEXT, NULL, 0, "In words, why its owner cannot run it: may not log in, may not connect, does not own what it works on."}, \
	{"blocker", CELL_TEXT, NULL, 0, "The first of blocked_by in words: its process, application, and since when its transaction is open."}, \
	{"overdue_s", CELL_SECONDS, NULL, 0, "Since when it should have started; negative: it starts in so long; null: it has no next start."}, \
	{"running_s", CELL_SECONDS, NULL, 0, "How long it has been running now."}, \
	{"ok_ago_s", CELL_SECONDS, NULL, 0, "How long ago it last succeeded."}, \
	{"start_offset_integer", CELL_ID, NULL, 0, "start_offset for integer time, in the units of its column."}, \
	{"end_offset_integer", CELL_ID, NULL, 0, "end_offset for integer time, in the units of its column."}, \
	{"is_restoring", CELL_BOOL, NULL, 0, "Whether timescaledb.restoring is on for new sessions of the database: then no job runs (pg_db_role_setting)."}, \
	{"workers", CELL_COUNT, NULL, 0, "TimescaleDB's background workers that the whole server runs now: launcher, a scheduler a database, jobs (pg_stat_activity.application_name)."}, \
	{"workers_max", CELL_COUNT, NULL, 0, "How many it may run (timescaledb.max_background_workers)."}, \
	{"version_mismatch", CELL_TEXT, NULL, 0, "In words, where the extension that is installed on the server is another version than the database's catalog (pg_available_extensions.default_version, pg_extension.extversion)."}, \
	{"cause", CELL_TEXT, "cause", 2, "Why it does not do its work, where it does not: the first cause that holds."}, \
	{"mend", CELL_TEXT, NULL, 0, "The command that mends it."}

extern const struct table_shape chunks_shape;
extern const struct table_shape chunks_with_ingest_shape;
extern const struct table_shape ingest_shape;
extern const struct table_shape aggregates_shape;
extern const struct table_shape chunk_list_shape;
extern const struct table_shape policies_shape;

#endif
