-- Partitioned tables, by the name that a dump's rows stand under (pg_dump --load-via-partition-root).
select n.nspname || '.' || c.relname as name
  from pg_catalog.pg_class c
  join pg_catalog.pg_namespace n on n.oid = c.relnamespace
 where c.relkind = 'p'
