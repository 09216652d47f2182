-- Tables of this database, parts and chunks apart, and without what pgtend itself keeps there.
select pg_catalog.count(*) as tables
  from pg_catalog.pg_class c
  join pg_catalog.pg_namespace n on n.oid = c.relnamespace
 where c.relkind in ('r', 'p')
   and not c.relispartition
   and n.nspname not in ('pg_catalog', 'information_schema', 'pg_toast', 'pgtend')
   and n.nspname !~ '^_timescaledb'
