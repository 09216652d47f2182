-- What the server on which a scratch database is to be made says of itself and of us. $1: the extensions that are needed, as an array.
select r.rolname as role,
       r.rolsuper as is_super,
       r.rolsuper or r.rolcreatedb as may_create,
       pg_catalog.pg_is_in_recovery() as is_in_recovery,
       pg_catalog.current_setting('server_version_num')::int as version_num,
       (select s.setting from pg_catalog.pg_settings s where s.name = 'data_directory') as data_directory,
       pg_catalog.pg_postmaster_start_time()::text as started,
       (select pg_catalog.string_agg(n.name, ', ' order by n.name)
          from pg_catalog.unnest($1::text[]) as n(name)
         where not exists (select from pg_catalog.pg_available_extensions a where a.name = n.name)) as lacks
  from pg_catalog.pg_roles r
 where r.rolname = current_user
