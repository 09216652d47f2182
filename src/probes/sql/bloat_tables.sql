-- The biggest tables, partitions and chunks by themselves, for the estimate of what they would take anew. Catalogs only, no lock.
select n.nspname as schema, c.relname as name, c.oid, case when c.relkind = 'm' then 'matview' else 'table' end as kind,
       c.relpages as pages, c.reltuples as rows, current_setting('block_size')::int as block,
       coalesce((select o.option_value::int from pg_options_to_table(c.reloptions) o where o.option_name = 'fillfactor'), 100) as fill,
       greatest(pg_stat_get_last_vacuum_time(c.oid), pg_stat_get_last_autovacuum_time(c.oid),
                pg_stat_get_last_analyze_time(c.oid), pg_stat_get_last_autoanalyze_time(c.oid)) as counted_at
from pg_class c join pg_namespace n on n.oid = c.relnamespace
where c.relkind in ('r', 'm') and c.relpersistence <> 't' and c.relpages >= 128 and c.reltuples >= 0
  and n.nspname not in ('pg_catalog', 'information_schema', 'pgtend')
  and n.nspname !~ '^_timescaledb_(catalog|config|cache|functions)' and not (n.nspname = '_timescaledb_internal' and c.relname ~ '^(_?compress|_compressed)')
order by c.relpages desc
limit 500
