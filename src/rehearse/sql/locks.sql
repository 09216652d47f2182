-- The locks on relations that the own transaction holds. database 0: a catalog of the whole server.
select l.relation as oid,
       l.mode,
       l.database = 0 as is_shared,
       case when l.database = 0 then (select c.relname from pg_catalog.pg_class c where c.oid = l.relation) end as shared_name
  from pg_catalog.pg_locks l
 where l.pid = pg_catalog.pg_backend_pid()
   and l.locktype = 'relation'
   and l.granted
   and (l.database = 0
        or l.database = (select d.oid from pg_catalog.pg_database d where d.datname = pg_catalog.current_database()))
   and (l.database = 0 or l.relation >= 16384)
