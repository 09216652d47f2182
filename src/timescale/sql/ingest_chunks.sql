-- (continues chunk_sizes.sql) For each hypertable its days without a chunk, and the chunks in which its newest rows may be, newest first, with what may be
-- read of them and by which index: those of the last three hours, of the same hours of seven earlier days, and the newest ones. A hypertable without
-- chunks has a row without one. $2: the column that says who sent a row, null: none; $3: a JSON object, the time column by key. Reads catalogs only,
-- so it waits for no chunk.
, held as (
  select m.key, count(*) as chunks, bool_or(m.is_locked) as is_locked from marked m group by m.key
), past as materialized (
  select m.key, m.relid, m.is_compressed, m.is_locked, m.starts, m.ends, l.clock, l.width, l.time_kind, l.drop_before,
         max(m.ends) over (partition by m.key) as newest_end
  from marked m join limits l on l.key = m.key where l.clock is null or m.starts <= l.clock
), day as (
  -- whole days since 1970 by the clock of the column: what a chunk covers begins in day `low` and ends before day `high`
  select p.key, floor(p.starts / 86400000000.0)::bigint as low, ceil(p.ends / 86400000000.0)::bigint as high,
         floor(p.clock / 86400000000.0)::bigint as today, floor(p.drop_before / 86400000000.0)::bigint as first
  from past p where p.time_kind <> 'integer' and p.starts > -9223372036854775808 and p.ends < 9223372036854775807
), run as (
  -- from the end of all that came before to the next beginning; the last one ends today
  select d.key, d.first, d.low as next_low, max(d.high) over (partition by d.key order by d.low rows between unbounded preceding and 1 preceding) as high
  from day d
  union all select d.key, d.first, d.today + 1, max(d.high) from day d group by d.key, d.first, d.today
), gap as (
  -- no chunk overlaps these days; what retention may drop is no gap
  select r.key, greatest(r.high, r.first) as low, r.next_low - 1 as high from run r where r.high is not null and r.next_low > greatest(r.high, r.first)
), gaps as (
  select g.key, sum(g.high - g.low + 1) as days from gap g group by g.key
), gap_days as (
  -- the newest 31 of them
  select x.key, string_agg(x.day, ',' order by x.day desc) as days
  from (select g.key, to_char(date '1970-01-01' + s::int, 'YYYY-MM-DD') as day, row_number() over (partition by g.key order by s desc) as n
        from gap g, lateral generate_series(greatest(g.low, g.high - 30), g.high) s) x
  where x.n <= 31 group by x.key
), near as materialized (
  select p.*, s.nspname, c.relname from past p join pg_class c on c.oid = p.relid join pg_namespace s on s.oid = c.relnamespace
  where p.time_kind <> 'integer' and p.ends > p.clock - 8 * 86400000000
        and (p.clock - greatest(p.starts, p.clock - 30 * 86400000000)) / 86400000000 > (p.clock - p.ends - 3 * 3600000000) / 86400000000.0
     or p.ends::numeric > p.newest_end::numeric - 3::numeric * p.width or p.time_kind = 'integer' and p.ends::numeric > p.newest_end::numeric - 32::numeric * p.width
)
select l.key, coalesce(h.chunks, 0) as chunks, coalesce(h.is_locked, false) or exists (select from busy b where b.oid = l.root) as is_held,
       case when l.time_kind <> 'integer' then coalesce(g.days, 0) end as gaps, d.days as gap_days,
       (extract(epoch from now()) * 1000000)::bigint as now_us,
       n.nspname as chunk_schema, n.relname as chunk_name, n.is_compressed, n.is_locked, n.starts, n.ends,
       -- times without a zone are read in the server's: what that clock is ahead
       case when l.time_kind in ('local', 'date') then l.clock - (extract(epoch from now()) * 1000000)::bigint else 0 end as ahead,
       has_table_privilege(n.relid, 'select') as is_readable,
       coalesce(i.has_time, false) as has_time, coalesce(i.has_source, false) as has_source, i.leads,
       exists (select from pg_attribute a where a.attrelid = n.relid and a.attname = $2 and not a.attisdropped) as knows_source
from limits l
left join held h on h.key = l.key left join gaps g on g.key = l.key left join gap_days d on d.key = l.key
left join near n on n.key = l.key
left join lateral (
  -- what an index begins with: the time, or a column and then the time; one that may be null is not walked, because null is no step
  select bool_or(a.attname = $3::jsonb->>l.key::text) as has_time, bool_or(a.attname = $2 and b.attname = $3::jsonb->>l.key::text) as has_source,
         string_agg(a.attname, chr(10) order by x.indexrelid) filter (where b.attname = $3::jsonb->>l.key::text and a.attnotnull) as leads
  from pg_index x
  join pg_class ic on ic.oid = x.indexrelid join pg_am am on am.oid = ic.relam and am.amname = 'btree'
  join pg_attribute a on a.attrelid = x.indrelid and a.attnum = x.indkey[0]
  left join pg_attribute b on x.indnkeyatts > 1 and b.attrelid = x.indrelid and b.attnum = x.indkey[1]
  where x.indrelid = n.relid and x.indisvalid and x.indisready and x.indpred is null
) i on n.relid is not null
order by l.key, n.ends desc, n.starts desc
