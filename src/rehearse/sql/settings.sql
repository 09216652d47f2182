-- ALTER DATABASE ... SET and ALTER ROLE ... IN DATABASE ... SET of the database: a migration may depend on them. timescaledb.restoring never travels.
select pg_catalog.pg_get_userbyid(nullif(s.setrole, 0)) as role,
       pg_catalog.split_part(c.item, '=', 1) as name,
       pg_catalog.substr(c.item, pg_catalog.strpos(c.item, '=') + 1) as value
  from pg_catalog.pg_db_role_setting s, pg_catalog.unnest(s.setconfig) as c(item)
 where s.setdatabase = (select d.oid from pg_catalog.pg_database d where d.datname = pg_catalog.current_database())
   and pg_catalog.split_part(c.item, '=', 1) <> 'timescaledb.restoring'
 order by 1 nulls first, 2
