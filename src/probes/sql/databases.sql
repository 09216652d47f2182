-- Counters of every database of the server: cheap, asked at each tick. No size is measured here (databases_sizes.sql).
-- The functions behind pg_stat_database and pg_stat_activity are asked themselves: planning the views takes longer than the answer.
-- PGlite (whose only backend is number 0) knows one database, called template1, and no sessions.
with sessions as (
  select a.datid,
         count(*) filter (where a.state = 'active') as active,
         count(*) filter (where a.state = 'idle') as idle,
         count(*) filter (where a.state like 'idle in transaction%') as idle_in_transaction,
         count(*) filter (where a.wait_event_type = 'Lock') as waiting,
         max(extract(epoch from clock_timestamp() - a.query_start)) filter (where a.wait_event_type = 'Lock') as blocked_s,
         (array_agg(a.pid order by a.query_start) filter (where a.wait_event_type = 'Lock'))[1] as blocked_pid,
         max(extract(epoch from clock_timestamp() - a.state_change))
           filter (where a.state like 'idle in transaction%') as idle_in_transaction_s,
         (array_agg(a.pid order by a.state_change)
           filter (where a.state like 'idle in transaction%'))[1] as idle_in_transaction_pid,
         bool_or(a.query = '<insufficient privilege>') as is_hidden
  from pg_stat_get_activity(null) a
  where a.datid is not null
  group by a.datid
)
select d.datname as dbname, d.oid, pg_stat_get_db_numbackends(d.oid) as backends,
       current_setting('max_connections') as max_connections,
       coalesce(a.active, 0) as active, coalesce(a.idle, 0) as idle,
       coalesce(a.idle_in_transaction, 0) as idle_in_transaction, coalesce(a.waiting, 0) as waiting,
       a.blocked_s, a.blocked_pid,
       case when a.blocked_pid is not null then array_to_string(pg_blocking_pids(a.blocked_pid), ', ') end as blocked_by,
       a.idle_in_transaction_s, a.idle_in_transaction_pid,
       coalesce(a.is_hidden, false) as is_hidden,
       pg_backend_pid() = 0 as is_without_sessions,
       pg_stat_get_db_xact_commit(d.oid) as commits, pg_stat_get_db_xact_rollback(d.oid) as rollbacks,
       pg_stat_get_db_blocks_fetched(d.oid) - pg_stat_get_db_blocks_hit(d.oid) as blks_read,
       pg_stat_get_db_blocks_hit(d.oid) as blks_hit,
       pg_stat_get_db_tuples_returned(d.oid) as tuples_returned, pg_stat_get_db_tuples_fetched(d.oid) as tuples_fetched,
       pg_stat_get_db_tuples_inserted(d.oid) as tuples_inserted, pg_stat_get_db_tuples_updated(d.oid) as tuples_updated,
       pg_stat_get_db_tuples_deleted(d.oid) as tuples_deleted,
       pg_stat_get_db_temp_files(d.oid) as temp_files, pg_stat_get_db_temp_bytes(d.oid) as temp_bytes,
       pg_stat_get_db_deadlocks(d.oid) as deadlocks, pg_stat_get_db_stat_reset_time(d.oid) as stats_reset
from pg_database d
left join sessions a on a.datid = d.oid
where case when pg_backend_pid() = 0 then d.datname = current_database()
           else d.datallowconn and not d.datistemplate end
order by d.datname
