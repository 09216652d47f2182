-- One row a continuous aggregate: what it is made of, how wide its buckets are, up to where it is materialized. TimescaleDB 2.12 and later.
-- An aggregate that never was refreshed has the beginning of all time (4713 BC) as its watermark, or an infinite one; one may lie in the future. The width moved (continuous_agg until 2.14).
with oldest as materialized (
  select c.hypertable_schema, c.hypertable_name, min(c.range_start) as range_start, max(c.range_start_integer) as newest_integer
  from timescaledb_information.chunks c group by 1, 2
), agg as (
  select ca.*, h.schema_name as raw_schema, h.table_name as raw_name, w.watermark, to_jsonb(ca)->>'bucket_width' as old_width,
         coalesce(b.bucket_width, '') as width,
         d.column_type::regtype::text in ('smallint', 'integer', 'bigint') as is_integer,
         d.column_type::regtype::text in ('timestamp without time zone', 'date') as is_local
  from _timescaledb_catalog.continuous_agg ca
  join _timescaledb_catalog.hypertable h on h.id = ca.raw_hypertable_id
  left join lateral (select d.* from _timescaledb_catalog.dimension d where d.hypertable_id = ca.mat_hypertable_id and d.interval_length is not null
                     order by d.id limit 1) d on true
  left join _timescaledb_catalog.continuous_aggs_bucket_function b on b.mat_hypertable_id = ca.mat_hypertable_id
  left join _timescaledb_catalog.continuous_aggs_watermark w on w.mat_hypertable_id = ca.mat_hypertable_id
), timed as (
  select agg.*, case when not is_integer and watermark > -210866803200000000 then _timescaledb_functions.to_timestamp(watermark) end as up_to_utc,
         case when is_integer then null
              when width ~ '(mon|year)' then null
              when width <> '' then extract(epoch from width::interval)
              when old_width::bigint > 0 then old_width::bigint / 1e6 end as bucket_s,
         -- a month is 31 days at most
         case when not is_integer and width ~ '(mon|year)' then extract(epoch from width::interval) * 31 / 30 end as widest_s
  from agg
), placed as (
  -- times without a zone are read in the server's
  select t.*, case when t.is_local then (t.up_to_utc at time zone 'UTC')::timestamptz else t.up_to_utc end as up_to from timed t
)
select t.user_view_schema as schema, t.user_view_name as name,
       coalesce(p.user_view_schema, t.raw_schema) as source_schema, coalesce(p.user_view_name, t.raw_name) as source,
       t.bucket_s, t.widest_s, case when isfinite(t.up_to) then t.up_to end as watermark,
       extract(epoch from now() - case when isfinite(t.up_to) then t.up_to end) as lag_s,
       t.materialized_only as is_materialized_only, case when isfinite(o.range_start) then case when t.is_local then (o.range_start at time zone 'UTC')::timestamptz else o.range_start end end as raw_oldest,
       t.mat_hypertable_id, t.raw_hypertable_id, t.raw_schema, t.raw_name, t.is_integer, p.mat_hypertable_id is not null as is_on_aggregate,
       -- integer time: a whole chunk of what it is made of lies behind the watermark
       t.is_integer and coalesce(o.newest_integer >= t.watermark, false) as is_behind
from placed t
left join _timescaledb_catalog.continuous_agg p on p.mat_hypertable_id = t.raw_hypertable_id
left join oldest o on o.hypertable_schema = t.raw_schema and o.hypertable_name = t.raw_name
order by 1, 2
