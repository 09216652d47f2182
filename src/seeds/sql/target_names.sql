-- Tables and views that a file of CSV could be named after.
select case when pg_catalog.pg_table_is_visible(c.oid) then c.relname::text else n.nspname || '.' || c.relname end as name,
       c.relname as bare
  from pg_catalog.pg_class c
  join pg_catalog.pg_namespace n on n.oid = c.relnamespace
 where c.relkind in ('r', 'p', 'f', 'v')
   and n.nspname !~ '^(pg_|_timescaledb|timescaledb_)'
   and n.nspname not in ('information_schema', 'pgtend')
 order by 1
 limit 5000;
