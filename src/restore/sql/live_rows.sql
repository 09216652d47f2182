-- Rows of this database as the statistics have them.
select coalesce(pg_catalog.sum(c.reltuples) filter (where c.reltuples > 0), 0)::bigint as rows
  from pg_catalog.pg_class c
  join pg_catalog.pg_namespace n on n.oid = c.relnamespace
 where c.relkind = 'r'
   and n.nspname not in ('pg_catalog', 'information_schema', 'pg_toast')
   and n.nspname !~ '^_timescaledb_c'
