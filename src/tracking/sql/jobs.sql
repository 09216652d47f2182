-- The jobs of TimescaleDB as one acts on them: $1 a job's number or null, $2 a kind ('retention', 'compression', 'refresh') or null. Public views alone.
-- Jobs are known by proc_name: the schema of the procedures has moved. Until 2.19 a job of an aggregate names its materialization.
select j.job_id,
       case j.proc_name when 'policy_retention' then 'retention' when 'policy_compression' then 'compression'
            when 'policy_refresh_continuous_aggregate' then 'refresh' when 'policy_reorder' then 'reorder'
            else case when j.job_id < 1000 then 'internal' else 'user' end end as kind,
       coalesce(ca.view_schema, j.hypertable_schema) as schema, coalesce(ca.view_name, j.hypertable_name) as name,
       case when j.hypertable_name is not null
            then format('%I.%I', coalesce(ca.view_schema, j.hypertable_schema), coalesce(ca.view_name, j.hypertable_name)) end as relation,
       format('%s.%s', j.proc_schema, j.proc_name) as proc, j.application_name as application,
       j.scheduled as is_scheduled, j.config,
       coalesce(j.config->>'drop_after', j.config->>'drop_created_before', j.config->>'compress_after', j.config->>'compress_created_before') as after,
       coalesce(jsonb_typeof(coalesce(j.config->'drop_after', j.config->'compress_after')) = 'number', false) as is_integer,
       j.config ?| array['drop_created_before', 'compress_created_before'] as is_by_creation,
       j.config->>'start_offset' as start_offset,
       d.column_type::regtype as column_type, coalesce(d.integer_interval is not null, false) as is_integer_time,
       exists(select from pg_stat_activity a where a.datname = current_database() and a.application_name = j.application_name) as is_running
from timescaledb_information.jobs j
left join timescaledb_information.continuous_aggregates ca
  on (j.hypertable_schema, j.hypertable_name) in ((ca.materialization_hypertable_schema, ca.materialization_hypertable_name), (ca.view_schema, ca.view_name))
left join lateral (select d.* from timescaledb_information.dimensions d
                   where d.hypertable_schema = coalesce(ca.materialization_hypertable_schema, j.hypertable_schema)
                   and d.hypertable_name = coalesce(ca.materialization_hypertable_name, j.hypertable_name) and d.dimension_type = 'Time'
                   order by d.dimension_number limit 1) d on true
where ($1::int is null or j.job_id = $1::int)
  and ($2::text is null or j.proc_name = case $2::text when 'retention' then 'policy_retention' when 'compression' then 'policy_compression'
                                                       when 'refresh' then 'policy_refresh_continuous_aggregate' end)
order by 3, 4, 1
