-- Installed extensions, with the version that the server's files would bring: it counts as newer where a way leads there from the one installed.
select e.extname as name, n.nspname as schema, e.extversion as version, a.default_version as available_version,
       a.default_version is distinct from e.extversion
         and exists (select 1 from pg_extension_update_paths(e.extname) p
                     where p.source = e.extversion and p.target = a.default_version and p.path is not null) as is_outdated,
       a.name is null as is_without_files, a.comment as description
from pg_extension e
join pg_namespace n on n.oid = e.extnamespace
left join pg_available_extensions a on a.name = e.extname
order by e.extname
