-- Hypertables and continuous aggregates as one acts on them: how their time is counted, whether and when their chunks are compressed and dropped.
-- What is now where time is an integer: an aggregate asks the hypertable at its bottom.
with recursive down as (
  select ca.mat_hypertable_id as top, ca.raw_hypertable_id as id, 1 as depth from _timescaledb_catalog.continuous_agg ca
  union all
  select d.top, ca.raw_hypertable_id, d.depth + 1 from down d join _timescaledb_catalog.continuous_agg ca on ca.mat_hypertable_id = d.id
), bottom as (
  select distinct on (top) top, id from down order by top, depth desc
)
select h.id, coalesce(ca.user_view_schema, h.schema_name) as schema, coalesce(ca.user_view_name, h.table_name) as name,
       format('%I.%I', coalesce(ca.user_view_schema, h.schema_name), coalesce(ca.user_view_name, h.table_name)) as relation,
       ca.mat_hypertable_id is not null as is_aggregate,
       d.column_type::regtype as column_type, d.column_type::regtype::text in ('smallint', 'integer', 'bigint') as is_integer,
       case when b.integer_now_func is not null then format('%I.%I()', b.integer_now_func_schema, b.integer_now_func) end as now_function,
       coalesce(i.compression_enabled, c.compression_enabled, false) as can_compress,
       z.job_id as compress_job_id, coalesce(z.config->>'compress_after', z.config->>'compress_created_before') as compress_after,
       coalesce(z.config ? 'compress_created_before', false) as is_by_creation,
       r.job_id as drop_job_id, coalesce(r.config->>'drop_after', r.config->>'drop_created_before') as drop_after,
       coalesce(r.config ? 'drop_created_before', false) as is_drop_by_creation
from _timescaledb_catalog.hypertable h
left join _timescaledb_catalog.continuous_agg ca on ca.mat_hypertable_id = h.id
left join timescaledb_information.hypertables i on i.hypertable_schema = h.schema_name and i.hypertable_name = h.table_name
left join timescaledb_information.continuous_aggregates c on c.view_schema = ca.user_view_schema and c.view_name = ca.user_view_name
left join lateral (select d.* from _timescaledb_catalog.dimension d where d.hypertable_id = h.id and d.interval_length is not null
                   order by d.id limit 1) d on true
left join bottom on bottom.top = h.id
left join lateral (select d.* from _timescaledb_catalog.dimension d where d.hypertable_id = coalesce(bottom.id, h.id) and d.interval_length is not null
                   order by d.id limit 1) b on true
left join lateral (select j.* from timescaledb_information.jobs j where j.proc_name = 'policy_compression'
                   and (j.config->>'hypertable_id')::int = h.id order by j.job_id limit 1) z on true
left join lateral (select j.* from timescaledb_information.jobs j where j.proc_name = 'policy_retention'
                   and (j.config->>'hypertable_id')::int = h.id order by j.job_id limit 1) r on true
where h.table_name not like '\_compressed\_hypertable\_%'
order by is_aggregate, 2, 3
