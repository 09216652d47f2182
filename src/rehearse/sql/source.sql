-- What a database says of itself before it is copied for a rehearsal.
select pg_catalog.pg_database_size(d.oid) as bytes,
       r.rolsuper as is_super,
       (select s.setting from pg_catalog.pg_settings s where s.name = 'data_directory') as data_directory,
       pg_catalog.pg_postmaster_start_time()::text as started,
       coalesce(pg_catalog.current_setting('timescaledb.restoring', true), 'off') <> 'off' as is_restoring,
       (select pg_catalog.string_agg(e.extname || ' ' || e.extversion, E'\n' order by e.extname) from pg_catalog.pg_extension e) as extensions
  from pg_catalog.pg_database d, pg_catalog.pg_roles r
 where d.datname = pg_catalog.current_database()
   and r.rolname = current_user
