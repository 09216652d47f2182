-- The tablespace of this session's database where it is another one than the server's own and the role may use it, as CREATE DATABASE takes it: what
-- migrations put there by name stands there without one.
select pg_catalog.format(' TABLESPACE %I', t.spcname) as place
  from pg_catalog.pg_database d
  join pg_catalog.pg_tablespace t on t.oid = d.dattablespace
 where d.datname = pg_catalog.current_database()
   and t.spcname <> 'pg_default'
   and pg_catalog.has_tablespace_privilege(t.oid, 'CREATE')
