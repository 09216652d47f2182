-- Who holds the lock of a migration tool in this database, or waits for it, the holder first; one row each.
-- $1 the keys of advisory locks as '{1,2}', $2 and $3 schema and table of the history where that is locked itself, else null.
-- Beside it what pgtend wrote down of that run is asked by lock_run.sql.
with locks as (
  select l.pid, l.granted, l.locktype
    from pg_catalog.pg_locks l
    join (select distinct k from pg_catalog.unnest($1::bigint[]) k) keys
      on l.classid::bigint = (keys.k >> 32) & 4294967295 and l.objid::bigint = keys.k & 4294967295
   where l.locktype = 'advisory'
     and l.objsubid = 1
     and l.database = (select d.oid from pg_catalog.pg_database d where d.datname = pg_catalog.current_database())
  union all
  select l.pid, l.granted, l.locktype
    from pg_catalog.pg_locks l
    join pg_catalog.pg_class c on c.oid = l.relation
    join pg_catalog.pg_namespace n on n.oid = c.relnamespace
   where l.locktype = 'relation'
     and l.database = (select d.oid from pg_catalog.pg_database d where d.datname = pg_catalog.current_database())
     and n.nspname = $2
     and c.relname = $3
     and (l.mode in ('AccessExclusiveLock', 'ExclusiveLock', 'ShareRowExclusiveLock', 'RowExclusiveLock') or not l.granted)
)
select l.pid,
       pg_catalog.bool_or(l.granted) as is_held,
       a.usename as "user",
       a.application_name as application,
       coalesce(pg_catalog.host(a.client_addr), case when a.backend_start is not null then 'local' end) as client,
       a.backend_start as since,
       a.xact_start as transaction_since,
       a.state as doing,
       a.state_change as doing_since,
       nullif(pg_catalog.concat_ws(': ', a.wait_event_type, a.wait_event), '') as wait,
       a.query
  from locks l
  left join pg_catalog.pg_stat_activity a on a.pid = l.pid
 where l.pid <> pg_catalog.pg_backend_pid()
 group by l.pid, a.usename, a.application_name, a.client_addr, a.backend_start, a.xact_start, a.state, a.state_change, a.wait_event_type,
          a.wait_event, a.query
 order by 2 desc, a.backend_start, l.pid;
