-- Columns of the team's own tables that keep a time without its zone: timestamp, timestamp[], and domains over them. What extensions
-- made, partitions (their parent stands for them), temporary tables and pgtend's own records are left out.
select n.nspname as schema, c.relname as name, a.attname as column
from pg_catalog.pg_attribute a
join pg_catalog.pg_class c on c.oid = a.attrelid
join pg_catalog.pg_namespace n on n.oid = c.relnamespace
join pg_catalog.pg_type t on t.oid = a.atttypid
where c.relkind in ('r', 'p') and not c.relispartition and c.relpersistence <> 't'
  and a.attnum > 0 and not a.attisdropped
  and (t.oid in ('timestamp'::regtype, 'timestamp[]'::regtype) or t.typbasetype in ('timestamp'::regtype, 'timestamp[]'::regtype))
  and n.nspname not in ('pg_catalog', 'information_schema', 'pg_toast', 'pgtend')
  and n.nspname !~ '^(_timescaledb_|timescaledb_|toolkit_)'
  and not exists (select from pg_catalog.pg_depend d
                  where d.classid = 'pg_catalog.pg_class'::regclass and d.objid = c.oid and d.deptype = 'e')
order by 1, 2, a.attnum
