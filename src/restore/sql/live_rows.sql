-- Rows of this database as the counters have them, else as ANALYZE left them. What pgtend itself keeps there is none of it.
select coalesce(pg_catalog.sum(case when pg_catalog.pg_stat_get_live_tuples(c.oid) > 0 then pg_catalog.pg_stat_get_live_tuples(c.oid)
                                    else greatest(c.reltuples, 0) end), 0)::bigint as rows
  from pg_catalog.pg_class c
  join pg_catalog.pg_namespace n on n.oid = c.relnamespace
 where c.relkind = 'r'
   and n.nspname not in ('pg_catalog', 'information_schema', 'pg_toast', 'pgtend')
   and n.nspname !~ '^_timescaledb_c'
