-- (continues chunk_sizes.sql) The chunks in which the newest rows of each hypertable may be, newest first, with what may be read of them and by which index:
-- those of the last eight days, and the newest three. $2: the column that says who sent a row, null: none; $3: a JSON object, the time column by key.
-- Reads catalogs only, so it waits for no chunk.
, ranked as (
  select m.*, l.clock,
         -- times without a zone are read in the server's: what that clock is ahead
         case when l.time_kind in ('local', 'date') then l.clock - (extract(epoch from now()) * 1000000)::bigint else 0 end as ahead,
         row_number() over (partition by m.key order by m.ends desc, m.starts desc) as n
  from marked m join limits l on l.key = m.key where l.clock is null or m.starts <= l.clock
), near as materialized (
  select r.*, $3::jsonb->>r.key::text as time_column from ranked r
  where r.n <= 3 or r.n <= 256 and (r.time_kind = 'integer' or r.ends > r.clock - 8 * 86400000000 - 3600000000)
)
select n.key, n.nspname as chunk_schema, n.relname as chunk_name, n.is_compressed, n.is_locked, n.starts, n.ends, n.ahead,
       has_table_privilege(n.relid, 'select') as is_readable,
       coalesce(i.has_time, false) as has_time, coalesce(i.has_source, false) as has_source, i.leads,
       exists (select from pg_attribute a where a.attrelid = n.relid and a.attname = $2 and not a.attisdropped) as knows_source
from near n
left join lateral (
  -- what an index begins with: the time, or a column and then the time; one that may be null is not walked, because null is no step
  select bool_or(a.attname = n.time_column) as has_time, bool_or(a.attname = $2 and b.attname = n.time_column) as has_source,
         string_agg(a.attname, chr(10) order by s.distinct_values) filter (where b.attname = n.time_column and a.attnotnull) as leads
  from pg_index x
  join pg_class ic on ic.oid = x.indexrelid join pg_am am on am.oid = ic.relam and am.amname = 'btree'
  join pg_attribute a on a.attrelid = x.indrelid and a.attnum = x.indkey[0]
  left join pg_attribute b on x.indnkeyatts > 1 and b.attrelid = x.indrelid and b.attnum = x.indkey[1]
  left join lateral (select case when s.n_distinct < 0 then 1e9 else s.n_distinct end as distinct_values from pg_stats s
                     where s.schemaname = n.nspname and s.tablename = n.relname and s.attname = a.attname limit 1) s on true
  where x.indrelid = n.relid and x.indisvalid and x.indisready and x.indpred is null
) i on true
order by n.key, n.n
