-- Who holds a lock on one of the relations $1 (oids as '{1,2}'). Any lock bars TRUNCATE and VACUUM FULL ($2 true); a plain VACUUM
-- is only barred by the stronger ones. Longest transaction first.
select distinct a.pid,
       a.usename as "user",
       coalesce(nullif(a.application_name, ''), 'without a name') as application,
       coalesce(a.state, a.backend_type) as state,
       l.mode,
       l.relation::bigint as relation_oid,
       l.relation::regclass::text as relation,
       extract(epoch from now() - coalesce(a.xact_start, a.backend_start))::bigint as since_s
  from pg_catalog.pg_locks l
  join pg_catalog.pg_stat_activity a on a.pid = l.pid
 where l.locktype = 'relation'
   and l.granted
   and l.database = (select oid from pg_catalog.pg_database where datname = pg_catalog.current_database())
   and l.relation = any ($1::oid[])
   and l.pid <> pg_catalog.pg_backend_pid()
   and ($2::bool or l.mode not in ('AccessShareLock', 'RowShareLock', 'RowExclusiveLock'))
 order by since_s desc, a.pid
