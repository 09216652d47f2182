-- The jobs of TimescaleDB as one acts on them: $1 a job's number or null, $2 a kind ('retention', 'compression', 'refresh') or null.
-- Jobs are known by proc_name; the schema of the procedures has moved. A job's hypertable is the one that its configuration names.
-- What is now where time is an integer: an aggregate asks the hypertable at its bottom.
with recursive down as (
  select ca.mat_hypertable_id as top, ca.raw_hypertable_id as id, 1 as depth from _timescaledb_catalog.continuous_agg ca
  union all
  select d.top, ca.raw_hypertable_id, d.depth + 1 from down d join _timescaledb_catalog.continuous_agg ca on ca.mat_hypertable_id = d.id
), bottom as (
  select distinct on (top) top, id from down order by top, depth desc
)
select j.job_id,
       case j.proc_name when 'policy_retention' then 'retention' when 'policy_compression' then 'compression'
            when 'policy_refresh_continuous_aggregate' then 'refresh' when 'policy_reorder' then 'reorder'
            else case when j.job_id < 1000 then 'internal' else 'user' end end as kind,
       coalesce(ca.user_view_schema, h.schema_name, j.hypertable_schema) as schema,
       coalesce(ca.user_view_name, h.table_name, j.hypertable_name) as name,
       case when h.id is not null then format('%I.%I', coalesce(ca.user_view_schema, h.schema_name), coalesce(ca.user_view_name, h.table_name)) end as relation,
       format('%s.%s', j.proc_schema, j.proc_name) as proc, j.application_name as application,
       j.scheduled as is_scheduled, j.config,
       coalesce(j.config->>'drop_after', j.config->>'drop_created_before', j.config->>'compress_after', j.config->>'compress_created_before') as after,
       coalesce(jsonb_typeof(coalesce(j.config->'drop_after', j.config->'compress_after')) = 'number', false) as is_integer,
       j.config ?| array['drop_created_before', 'compress_created_before'] as is_by_creation,
       d.column_type::regtype as column_type,
       case when b.integer_now_func is not null then format('%I.%I()', b.integer_now_func_schema, b.integer_now_func) end as now_function,
       exists(select from pg_stat_activity a where a.datname = current_database() and a.application_name = j.application_name) as is_running
from timescaledb_information.jobs j
left join _timescaledb_catalog.hypertable h
  on h.id = coalesce(j.config->>'hypertable_id', j.config->>'mat_hypertable_id')::int
left join _timescaledb_catalog.continuous_agg ca on ca.mat_hypertable_id = h.id
left join lateral (select d.* from _timescaledb_catalog.dimension d where d.hypertable_id = h.id and d.interval_length is not null
                   order by d.id limit 1) d on true
left join bottom on bottom.top = h.id
left join lateral (select d.* from _timescaledb_catalog.dimension d where d.hypertable_id = coalesce(bottom.id, h.id) and d.interval_length is not null
                   order by d.id limit 1) b on true
where ($1::int is null or j.job_id = $1::int)
  and ($2::text is null or j.proc_name = case $2::text when 'retention' then 'policy_retention' when 'compression' then 'policy_compression'
                                                       when 'refresh' then 'policy_refresh_continuous_aggregate' end)
order by 3, 4, 1
