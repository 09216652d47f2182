-- Counters of every database of the server: cheap, asked at each tick. No size is measured here (databases_sizes.sql).
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
  from pg_stat_activity a
  where a.datid is not null
  group by a.datid
)
select d.datname as dbname, d.oid, s.numbackends as backends,
       current_setting('max_connections') as max_connections,
       coalesce(a.active, 0) as active, coalesce(a.idle, 0) as idle,
       coalesce(a.idle_in_transaction, 0) as idle_in_transaction, coalesce(a.waiting, 0) as waiting,
       a.blocked_s, a.blocked_pid,
       case when a.blocked_pid is not null then array_to_string(pg_blocking_pids(a.blocked_pid), ', ') end as blocked_by,
       a.idle_in_transaction_s, a.idle_in_transaction_pid,
       coalesce(a.is_hidden, false) as is_hidden,
       pg_backend_pid() = 0 as is_without_sessions,
       s.xact_commit as commits, s.xact_rollback as rollbacks, s.blks_read, s.blks_hit,
       s.tup_returned, s.tup_fetched, s.tup_inserted, s.tup_updated, s.tup_deleted,
       s.temp_files, s.temp_bytes, s.deadlocks, s.conflicts, s.checksum_failures,
       age(d.datfrozenxid) as xid_age, s.stats_reset
from pg_database d
join pg_stat_database s on s.datid = d.oid
left join sessions a on a.datid = d.oid
where case when pg_backend_pid() = 0 then d.datname = current_database()
           else d.datallowconn and not d.datistemplate end
order by d.datname
