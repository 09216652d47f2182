-- What the server on which a database is to be made says of itself and of us, and all that it lacks. $1, $2: extensions that are needed and their
-- versions ('': not known), side by side; $3: roles that must be there; $4: roles that own something; $5: tablespaces; $6: the role that makes it all, null: ours. guarded: extensions that only a
-- superuser may make; foreign_roles: those of $4 to whom we may not give anything. TimescaleDB's catalog is of one version, all others may differ.
with needed as (
  select n.name, n.version, a.default_version,
         n.version <> '' and not exists (select
                                           from pg_catalog.pg_available_extension_versions v
                                          where v.name = n.name
                                            and v.version = n.version) as lacks_version
    from unnest($1::text[], $2::text[]) as n(name, version)
    left join pg_catalog.pg_available_extensions a on a.name = n.name
)
select r.rolname as role,
       m.rolname as maker,
       m.rolsuper as is_maker_super,
       r.rolsuper as is_super,
       r.rolsuper or r.rolcreatedb as may_create,
       pg_catalog.pg_is_in_recovery() as is_in_recovery,
       pg_catalog.current_setting('server_version_num')::int as version_num,
       (select s.setting from pg_catalog.pg_settings s where s.name = 'data_directory') as data_directory,
       pg_catalog.pg_postmaster_start_time()::text as started,
       (select pg_catalog.string_agg(n.name || case when n.version <> '' then ' ' || n.version else '' end, ', ' order by n.name)
          from needed n
         where n.default_version is null) as extensions,
       (select pg_catalog.string_agg(n.name || ' ' || n.version || ' (it has ' || n.default_version || ')', ', ' order by n.name)
          from needed n
         where n.default_version is not null
           and n.lacks_version
           and n.name = 'timescaledb') as versions,
       (select pg_catalog.string_agg(n.name || ' ' || n.version || ' (here ' || n.default_version || ')', ', ' order by n.name)
          from needed n
         where n.version <> ''
           and n.version <> n.default_version
           and n.name <> 'timescaledb') as other_versions,
       (select pg_catalog.string_agg(n.name, ', ' order by n.name)
          from pg_catalog.unnest($3::text[]) as n(name)
         where not exists (select from pg_catalog.pg_roles o where o.rolname = n.name)) as roles,
       (select pg_catalog.string_agg(n.name, ', ' order by n.name)
          from needed n
         where exists (select
                         from pg_catalog.pg_available_extension_versions v
                        where v.name = n.name
                          and v.version = case when n.version = '' or n.lacks_version then n.default_version else n.version end
                          and v.superuser
                          and not coalesce((pg_catalog.to_jsonb(v) ->> 'trusted')::bool, false))) as guarded,
       (select pg_catalog.string_agg(o.rolname, ', ' order by o.rolname)
          from pg_catalog.pg_roles o
         where o.rolname = any ($4::text[])
           and not pg_catalog.pg_has_role(m.oid, o.oid, 'MEMBER')) as foreign_roles,
       (select pg_catalog.string_agg(n.name, ', ' order by n.name)
          from pg_catalog.unnest($5::text[]) as n(name)
         where not exists (select from pg_catalog.pg_tablespace t where t.spcname = n.name)) as tablespaces
  from pg_catalog.pg_roles r
  join pg_catalog.pg_roles m on m.rolname = coalesce((select o.rolname from pg_catalog.pg_roles o where o.rolname = $6::text), current_user)
 where r.rolname = current_user
