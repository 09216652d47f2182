-- One row a hypertable and continuous aggregate: the ranges of its chunks against its retention policy.
-- Touches no chunk, so it waits for none. A chunk can go only when its whole range is past.
with job as materialized (
  select (j.config->>'hypertable_id')::int as hypertable_id, j.proc_name,
         case when jsonb_typeof(coalesce(j.config->'drop_after', j.config->'compress_after')) = 'number'
              then coalesce(j.config->>'drop_after', j.config->>'compress_after')::bigint end as after_integer,
         case when jsonb_typeof(coalesce(j.config->'drop_after', j.config->'drop_created_before', j.config->'compress_after', j.config->'compress_created_before')) = 'string'
              then coalesce(j.config->>'drop_after', j.config->>'drop_created_before', j.config->>'compress_after', j.config->>'compress_created_before')::interval end as after,
         j.config ? 'drop_created_before' as is_by_creation
  from timescaledb_information.jobs j
  where j.proc_name in ('policy_retention', 'policy_compression')
), ht as materialized (
  select h.id, h.schema_name, h.table_name, coalesce(ca.user_view_schema, h.schema_name) as schema,
         coalesce(ca.user_view_name, h.table_name) as name, ca.mat_hypertable_id is not null as is_aggregate,
         d.column_name, d.column_type, d.interval_length, d.integer_now_func_schema, d.integer_now_func,
         d.column_type::regtype::text in ('smallint', 'integer', 'bigint') as is_integer
  from _timescaledb_catalog.hypertable h
  left join _timescaledb_catalog.continuous_agg ca on ca.mat_hypertable_id = h.id
  left join lateral (select d.* from _timescaledb_catalog.dimension d where d.hypertable_id = h.id and d.interval_length is not null
                     order by d.id limit 1) d on true
  where h.table_name not like '\_compressed\_hypertable\_%'
), chunk as (
  select ht.id, c.range_start, c.range_end, c.range_end_integer, c.is_compressed, c.chunk_schema, c.chunk_name,
         case when r.is_by_creation then (to_jsonb(c)->>'chunk_creation_time')::timestamptz <= now() - r.after
              else c.range_end <= now() - r.after end as is_past,
         case when r.is_by_creation then (to_jsonb(c)->>'chunk_creation_time')::timestamptz else c.range_end end as past_since
  from ht join timescaledb_information.chunks c on c.hypertable_schema = ht.schema_name and c.hypertable_name = ht.table_name
  left join job r on r.hypertable_id = ht.id and r.proc_name = 'policy_retention'
), ranges as (
  select c.id, count(*) as chunks, count(*) filter (where c.is_compressed) as compressed,
         min(c.range_start) as oldest, max(c.range_end) as newest,
         count(*) filter (where c.is_past) as past_chunks, min(c.past_since) filter (where c.is_past) as past_since,
         array_agg(to_regclass(format('%I.%I', c.chunk_schema, c.chunk_name))::oid) filter (where c.is_past) as past_oids,
         array_agg(c.range_end_integer) filter (where c.range_end_integer is not null) as integer_ends
  from chunk c group by c.id
)
select ht.id as hypertable_id, ht.schema, ht.name, case when ht.is_aggregate then 'aggregate' else 'hypertable' end as kind,
       coalesce(g.chunks, 0) as chunks, coalesce(g.compressed, 0) as compressed,
       g.oldest, g.newest, ht.column_name as time_column, ht.column_type::regtype as time_type, ht.is_integer,
       case when not ht.is_integer then ht.interval_length / 1e6 end as chunk_interval_s,
       r.after_integer, ht.integer_now_func_schema, ht.integer_now_func, case when r.after_integer is not null then g.integer_ends end as integer_ends,
       coalesce(g.past_chunks, 0) as past_chunks, extract(epoch from now() - r.after - g.past_since) as past_s, g.past_oids
from ht
left join ranges g on g.id = ht.id
left join job r on r.hypertable_id = ht.id and r.proc_name = 'policy_retention'
order by ht.is_aggregate, 2, 3
