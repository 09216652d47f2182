-- The locks on relations that others hold or wait for in this database: of steps that commit by themselves.
select distinct l.mode, l.relation as oid
  from pg_catalog.pg_locks l
  join pg_catalog.pg_stat_activity a on a.pid = l.pid
 where l.locktype = 'relation'
   and l.database = (select d.oid from pg_catalog.pg_database d where d.datname = pg_catalog.current_database())
   and l.relation >= 16384
   and l.pid <> pg_catalog.pg_backend_pid()
   and a.backend_type = 'client backend'
