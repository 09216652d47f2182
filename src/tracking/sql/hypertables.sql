-- Hypertables and continuous aggregates as one acts on them: how their time is counted, whether and when their chunks are compressed and dropped.
-- Public views alone. Until 2.19 a job of an aggregate names its materialization.
with ht as (
  select h.hypertable_schema as own_schema, h.hypertable_name as own_name, h.hypertable_schema as schema, h.hypertable_name as name,
         false as is_aggregate, h.compression_enabled as can_compress
  from timescaledb_information.hypertables h
  union all
  select a.materialization_hypertable_schema, a.materialization_hypertable_name, a.view_schema, a.view_name, true, a.compression_enabled
  from timescaledb_information.continuous_aggregates a
)
select ht.schema, ht.name, format('%I.%I', ht.schema, ht.name) as relation, ht.is_aggregate, coalesce(ht.can_compress, false) as can_compress,
       d.column_type::regtype as column_type, coalesce(d.integer_interval is not null, false) as is_integer,
       z.job_id as compress_job_id, coalesce(z.config->>'compress_after', z.config->>'compress_created_before') as compress_after,
       coalesce(z.config ? 'compress_created_before', false) as is_by_creation,
       r.job_id as drop_job_id, coalesce(r.config->>'drop_after', r.config->>'drop_created_before') as drop_after,
       coalesce(r.config ? 'drop_created_before', false) as is_drop_by_creation
from ht
left join lateral (select d.* from timescaledb_information.dimensions d
                   where d.hypertable_schema = ht.own_schema and d.hypertable_name = ht.own_name and d.dimension_type = 'Time'
                   order by d.dimension_number limit 1) d on true
left join lateral (select j.* from timescaledb_information.jobs j where j.proc_name = 'policy_compression'
                   and (j.hypertable_schema, j.hypertable_name) in ((ht.schema, ht.name), (ht.own_schema, ht.own_name)) order by j.job_id limit 1) z on true
left join lateral (select j.* from timescaledb_information.jobs j where j.proc_name = 'policy_retention'
                   and (j.hypertable_schema, j.hypertable_name) in ((ht.schema, ht.name), (ht.own_schema, ht.own_name)) order by j.job_id limit 1) r on true
order by ht.is_aggregate, 1, 2
