-- What the role may look at: tables of users, partitions and chunks left out, and the schemas that hold tables but are closed to it.
with tables as (
  select n.oid as schema, n.nspname, has_schema_privilege(n.oid, 'usage') as is_open,
         has_schema_privilege(n.oid, 'usage') and has_table_privilege(c.oid, 'select') as is_readable
  from pg_class c join pg_namespace n on n.oid = c.relnamespace
  where c.relkind in ('r', 'p') and not c.relispartition and n.nspname <> 'information_schema' and n.nspname <> 'pgtend'
    and n.nspname !~ '^(pg_|_timescaledb|timescaledb_)'
)
select current_user as who,
       coalesce((select r.rolsuper from pg_roles r where r.rolname = current_user), false) as is_superuser,
       coalesce((select pg_has_role(r.oid, 'usage') from pg_roles r where r.rolname = 'pg_monitor'), true) as is_monitor,
       current_setting('server_version_num')::int as version_num,
       (select count(*) from tables t) as tables,
       (select count(*) from tables t where t.is_readable) as readable,
       (select string_agg(distinct t.nspname, chr(10) order by t.nspname) from tables t where not t.is_open) as closed
