-- The chunks in which the newest rows of each hypertable may be, newest first, with what may be read of them and by which index: those of the last
-- eight days, and the newest three. $1: the column that says who sent a row; null: none. Reads catalogs only, so it waits for no chunk.
with wanted as materialized (
  select coalesce(x.indrelid, l.relation) as oid from pg_locks l left join pg_index x on x.indexrelid = l.relation
  where l.locktype = 'relation' and l.mode = 'AccessExclusiveLock'
    and l.database = (select d.oid from pg_database d where d.datname = current_database())
), c as (
  select c.hypertable_schema, c.hypertable_name, c.chunk_schema, c.chunk_name, c.primary_dimension, c.is_compressed,
         c.range_start, c.range_end, c.range_start_integer, c.range_end_integer,
         row_number() over (partition by c.hypertable_schema, c.hypertable_name order by c.range_end desc, c.range_end_integer desc) as n
  from timescaledb_information.chunks c
  join timescaledb_information.hypertables h on h.hypertable_schema = c.hypertable_schema and h.hypertable_name = c.hypertable_name
  where c.range_start <= now() or c.range_start is null
), near as materialized (
  select c.*, to_regclass(format('%I.%I', c.chunk_schema, c.chunk_name))::oid as oid
  from c where c.n <= 3 or c.n <= 256 and (c.range_end is null or c.range_end > now() - interval '8 days 1 hour')
)
select n.hypertable_schema as schema, n.hypertable_name as name, n.chunk_schema, n.chunk_name, n.is_compressed,
       (extract(epoch from case when isfinite(n.range_start) then n.range_start end) * 1000000)::bigint as start_us,
       (extract(epoch from case when isfinite(n.range_end) then n.range_end end) * 1000000)::bigint as end_us,
       n.range_start_integer, n.range_end_integer,
       exists (select from wanted w where w.oid = n.oid) as is_locked,
       has_table_privilege(n.oid, 'select') as is_readable,
       coalesce(i.has_time, false) as has_time, i.leads, i.has_source
from near n
left join lateral (
  -- what an index begins with: the time, or a column that has a value in every row and then the time
  select bool_or(a.attname = n.primary_dimension) as has_time,
         coalesce(bool_or(a.attname = $1 and b.attname = n.primary_dimension), false) as has_source,
         string_agg(a.attname, chr(10) order by s.n_distinct) filter (where b.attname = n.primary_dimension and a.attnotnull
           and a.attname is distinct from $1) as leads
  from pg_index x
  join pg_class ic on ic.oid = x.indexrelid join pg_am am on am.oid = ic.relam and am.amname = 'btree'
  join pg_attribute a on a.attrelid = x.indrelid and a.attnum = x.indkey[0]
  left join pg_attribute b on x.indnkeyatts > 1 and b.attrelid = x.indrelid and b.attnum = x.indkey[1]
  left join lateral (select case when s.n_distinct < 0 then 1e9 else s.n_distinct end as n_distinct from pg_stats s
                     where s.schemaname = n.chunk_schema and s.tablename = n.chunk_name and s.attname = a.attname limit 1) s on true
  where x.indrelid = n.oid and x.indisvalid and x.indisready and x.indpred is null
) i on true
where n.oid is not null
order by 1, 2, n.n
