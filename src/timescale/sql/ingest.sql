-- One row a hypertable: by which column it is divided, and the days without a chunk since its retention (or its oldest chunk) begins.
-- Reads catalogs only. A day is one of UTC; it is a gap when no chunk overlaps it, today included. gap_days: the newest 31 of them.
with wanted as materialized (
  select coalesce(x.indrelid, l.relation) as oid from pg_locks l left join pg_index x on x.indexrelid = l.relation
  where l.locktype = 'relation' and l.mode = 'AccessExclusiveLock'
    and l.database = (select d.oid from pg_database d where d.datname = current_database())
), keep as (
  select j.hypertable_schema, j.hypertable_name,
         max(case when jsonb_typeof(j.config->'drop_after') = 'string' then (j.config->>'drop_after')::interval end) as drop_after
  from timescaledb_information.jobs j where j.proc_name = 'policy_retention' group by 1, 2
), ht as materialized (
  select h.id, h.schema_name as schema, h.table_name as name, d.column_name as time_column, d.column_type::regtype::text as time_type,
         d.integer_now_func_schema, d.integer_now_func, d.interval_length,
         to_regclass(format('%I.%I', h.schema_name, h.table_name))::oid as root, k.drop_after
  from _timescaledb_catalog.hypertable h
  join lateral (select d.* from _timescaledb_catalog.dimension d where d.hypertable_id = h.id and d.interval_length is not null
                order by d.id limit 1) d on true
  left join keep k on k.hypertable_schema = h.schema_name and k.hypertable_name = h.table_name
  where h.table_name not like '\_compressed\_hypertable\_%'
    and not exists (select from _timescaledb_catalog.continuous_agg ca where ca.mat_hypertable_id = h.id)
), day as (
  -- whole days since the epoch: what a chunk covers begins in day `low` and ends before day `high`
  select ht.id, floor(extract(epoch from c.range_start) / 86400)::bigint as low, ceil(extract(epoch from c.range_end) / 86400)::bigint as high,
         floor(extract(epoch from now()) / 86400)::bigint as today,
         floor(extract(epoch from now() - ht.drop_after) / 86400)::bigint as first
  from ht join timescaledb_information.chunks c on c.hypertable_schema = ht.schema and c.hypertable_name = ht.name
  where isfinite(c.range_start) and isfinite(c.range_end) and c.range_start <= now()
), run as (
  select d.id, d.today, d.first, d.low as next_low, max(d.high) over w as high
  from day d window w as (partition by d.id order by d.low rows between unbounded preceding and 1 preceding)
  union all select d.id, d.today, min(d.first), d.today + 1, max(d.high) from day d group by d.id, d.today
), gap as (
  select r.id, greatest(r.high, r.first) as low, r.next_low - 1 as high from run r
  where r.high is not null and r.next_low > greatest(r.high, coalesce(r.first, r.high))
)
select ht.id, ht.schema, ht.name, ht.time_column, ht.time_type, ht.integer_now_func_schema, ht.integer_now_func,
       (select count(*) from timescaledb_information.chunks c where c.hypertable_schema = ht.schema and c.hypertable_name = ht.name) as chunks,
       coalesce((select sum(g.high - g.low + 1) from gap g where g.id = ht.id), 0) as gaps,
       (select string_agg(x.d, ',' order by x.d desc) from (
          select to_char(date '1970-01-01' + s::int, 'YYYY-MM-DD') as d
          from (select g.low, g.high from gap g where g.id = ht.id order by g.high desc limit 31) g,
               lateral generate_series(greatest(g.low, g.high - 30), g.high) s order by 1 desc limit 31) x) as gap_days,
       exists (select from wanted w left join pg_inherits i on i.inhrelid = w.oid where ht.root in (w.oid, i.inhparent)) as is_locked,
       (extract(epoch from now()) * 1000000)::bigint as now_us
from ht order by 2, 3
