-- (continues chunk_sizes.sql) Days without a chunk, for each hypertable with time: from where its retention begins, or where its oldest chunk does if that
-- is later, to today. A day is a gap when no chunk overlaps it. gap_days: the newest 31 of them. Touches no chunk.
, day as (
  -- whole days since 1970 by the clock of the column: what a chunk covers begins in day `low` and ends before day `high`
  select m.key, floor(m.starts / 86400000000.0)::bigint as low, ceil(m.ends / 86400000000.0)::bigint as high,
         floor(l.clock / 86400000000.0)::bigint as today, floor(l.drop_before / 86400000000.0)::bigint as first
  from marked m join limits l on l.key = m.key
  where l.time_kind <> 'integer' and m.starts > -9223372036854775808 and m.ends < 9223372036854775807 and m.starts <= l.clock
), run as (
  -- from the end of all that came before to the next beginning; the last one ends today
  select d.key, d.first, d.low as next_low, max(d.high) over (partition by d.key order by d.low rows between unbounded preceding and 1 preceding) as high
  from day d
  union all select d.key, d.first, d.today + 1, max(d.high) from day d group by d.key, d.first, d.today
), gap as (
  select r.key, greatest(r.high, r.first) as low, r.next_low - 1 as high from run r where r.next_low > greatest(r.high, r.first) and r.high is not null
)
select l.key, (select count(*) from marked m where m.key = l.key) as chunks,
       exists (select from marked m where m.key = l.key and m.is_locked) or exists (select from busy b where b.oid = l.root) as is_locked,
       case when l.time_kind <> 'integer' then coalesce((select sum(g.high - g.low + 1) from gap g where g.key = l.key), 0) end as gaps,
       (select string_agg(x.day, ',' order by x.day desc) from (
          select to_char(date '1970-01-01' + s::int, 'YYYY-MM-DD') as day
          from (select g.low, g.high from gap g where g.key = l.key order by g.high desc limit 31) g,
               lateral generate_series(greatest(g.low, g.high - 30), g.high) s order by 1 desc limit 31) x) as gap_days,
       (extract(epoch from now()) * 1000000)::bigint as now_us
from limits l
