-- Who holds the advisory lock of a migration tool in this database. $1: the key as text.
select l.pid,
       a.application_name,
       a.usename,
       coalesce(a.client_addr::text, 'local') as client,
       pg_catalog.to_char(a.backend_start at time zone 'UTC', 'YYYY-MM-DD HH24:MI:SS') as since,
       a.state
  from pg_catalog.pg_locks l
  left join pg_catalog.pg_stat_activity a on a.pid = l.pid
 where l.locktype = 'advisory'
   and l.granted
   and l.objsubid = 1
   and l.database = (select d.oid from pg_catalog.pg_database d where d.datname = pg_catalog.current_database())
   and l.classid::bigint = ($1::bigint >> 32) & 4294967295
   and l.objid::bigint = $1::bigint & 4294967295
 limit 1;
