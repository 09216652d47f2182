-- ALTER DATABASE ... SET of this database, which a dump without --create does not have. The marker of an unfinished restore is none of them.
select pg_catalog.split_part(s, '=', 1) as name,
       pg_catalog.substr(s, pg_catalog.strpos(s, '=') + 1) as value
  from pg_catalog.pg_db_role_setting r
  join pg_catalog.pg_database d on d.oid = r.setdatabase,
       pg_catalog.unnest(r.setconfig) s
 where d.datname = current_database()
   and r.setrole = 0
   and pg_catalog.split_part(s, '=', 1) <> 'timescaledb.restoring'
