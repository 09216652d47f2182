-- The extensions $1 (names as '{a,b}') in the order in which they were asked for, each followed by those that it requires: installed here,
-- available on this server, and whether the server wants a superuser for it. Where the role of a managed server does instead, nobody can tell from here.
with recursive versions as materialized (
  select v.name, v.requires, v.superuser and not v.trusted as needs_superuser
    from pg_catalog.pg_available_extensions a
    join pg_catalog.pg_available_extension_versions v on v.name = a.name and v.version = a.default_version
), wanted (name, place, depth, required_by) as (
  select w.name collate "C", w.place, 0, null::text collate "C"
    from pg_catalog.unnest($1::text[]) with ordinality as w (name, place)
  union all
  select required::text collate "C", w.place, w.depth + 1, w.name
    from wanted w
    join versions v on v.name = w.name, pg_catalog.unnest(v.requires) as required
   where w.depth < 9
)
select distinct on (w.place, w.depth, w.name)
       w.name, w.depth = 0 as is_asked, w.required_by,
       a.default_version as available,
       e.extversion as installed,
       coalesce(v.needs_superuser, false)
         and not exists (select from pg_catalog.pg_roles
                          where rolname in ('rds_superuser', 'cloudsqlsuperuser', 'alloydbsuperuser', 'azure_pg_admin', 'supabase_admin', 'neon_superuser', 'avnadmin', 'doadmin', 'tsdbadmin'))
         and pg_catalog.current_setting('extwlist.extensions', true) is null
         and pg_catalog.current_setting('supautils.privileged_extensions', true) is null as needs_superuser
  from wanted w
  left join pg_catalog.pg_available_extensions a on a.name = w.name
  left join versions v on v.name = w.name
  left join pg_catalog.pg_extension e on e.extname = w.name
 order by w.place, w.depth, w.name
