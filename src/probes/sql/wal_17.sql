-- One row: the log, checkpoints, the background writer. PostgreSQL 17 and newer: checkpoints have a view of their own, what sessions wrote themselves
-- stands in pg_stat_io, and pg_stat_wal loses columns in 18 (read by name out of the row, as is what 18 adds).
with here as materialized (
  select case when pg_is_in_recovery() then pg_last_wal_replay_lsn() else pg_current_wal_lsn() end as lsn
)
select h.lsn::text as lsn, pg_wal_lsn_diff(h.lsn, '0/0')::bigint as position_bytes,
       pg_wal_lsn_diff(h.lsn, c.redo_lsn)::bigint as since_checkpoint_bytes, c.checkpoint_time as checkpoint_at,
       pg_size_bytes(current_setting('max_wal_size')) as max_wal_bytes,
       extract(epoch from current_setting('checkpoint_timeout')::interval)::float8 as checkpoint_timeout_s,
       k.num_timed as checkpoints_timed, k.num_requested as checkpoints_requested, to_jsonb(k)->>'num_done' as checkpoints_done,
       k.restartpoints_done, k.write_time as checkpoint_write_ms, k.sync_time as checkpoint_sync_ms, k.buffers_written as checkpoint_pages,
       b.buffers_clean as writer_pages, b.maxwritten_clean as writer_halts,
       (select sum(i.writes)::bigint from pg_stat_io i
        where i.object = 'relation' and i.backend_type not in ('checkpointer', 'background writer', 'startup')) as session_pages,
       (select sum(i.fsyncs)::bigint from pg_stat_io i
        where i.object = 'relation' and i.backend_type not in ('checkpointer', 'background writer', 'startup')) as session_fsyncs,
       b.buffers_alloc as pages_allocated, k.stats_reset,
       j->>'wal_records' as records, j->>'wal_fpi' as full_pages, j->>'wal_bytes' as written_bytes, j->>'wal_buffers_full' as buffers_full,
       j->>'wal_write' as writes, j->>'wal_sync' as syncs,
       case when current_setting('track_wal_io_timing', true) = 'on' then j->>'wal_write_time' end as write_ms,
       case when current_setting('track_wal_io_timing', true) = 'on' then j->>'wal_sync_time' end as sync_ms
from here h cross join pg_control_checkpoint() c cross join pg_stat_bgwriter b cross join pg_stat_checkpointer k
cross join (select to_jsonb(w) as j from pg_stat_wal w) w
