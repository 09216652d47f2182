-- One row a job of TimescaleDB. Works for any role. next_start is -infinity while a job runs, and subtracting an infinite time is an
-- error in old servers: every time is checked by isfinite(). Jobs are known by proc_name; the schema of the procedures has moved.
with job as materialized (
  select j.*, coalesce(j.config->>'mat_hypertable_id', j.config->>'hypertable_id')::int as hypertable_id,
         coalesce(j.config->'drop_after', j.config->'compress_after') as after_time,
         coalesce(j.config->>'drop_created_before', j.config->>'compress_created_before')::interval as after_creation
  from timescaledb_information.jobs j
), setting as materialized (
  -- what new sessions get, and the job's is one: this session may be older than the setting
  select coalesce((select bool_or(split_part(s, '=', 2)::bool) from pg_db_role_setting r, unnest(r.setconfig) s
                   where r.setrole = 0 and r.setdatabase = (select d.oid from pg_database d where d.datname = current_database())
                   and s like 'timescaledb.restoring=%'),
                  (select g.setting::bool from pg_settings g where g.name = 'timescaledb.restoring' and g.source <> 'database'), false) as is_restoring
)
select j.job_id,
       case j.proc_name when 'policy_retention' then 'retention' when 'policy_compression' then 'compression'
            when 'policy_refresh_continuous_aggregate' then 'refresh' when 'policy_reorder' then 'reorder'
            else case when j.job_id < 1000 then 'internal' else 'user' end end as kind,
       coalesce(ca.user_view_schema, j.hypertable_schema) as schema, coalesce(ca.user_view_name, j.hypertable_name) as name,
       j.application_name as application, format('%s.%s', j.proc_schema, j.proc_name) as procedure, j.owner,
       case when not j.scheduled then 'paused'
            when s.job_id is null then 'never ran'
            when not isfinite(s.next_start) and a.pid is not null then 'running'
            when not isfinite(s.last_finish) or not isfinite(s.next_start) then 'crashed'
            when s.next_start < now() - interval '2 min' and a.pid is null then 'overdue'
            when not s.last_run_success then 'failing' else 'ok' end as state,
       j.scheduled as is_scheduled, extract(epoch from j.schedule_interval) as schedule_s,
       case when isfinite(s.next_start) then s.next_start end as next_start,
       case when isfinite(s.last_start) then s.last_start end as last_start,
       case when isfinite(s.last_successful_finish) then s.last_successful_finish end as last_ok,
       coalesce(s.total_runs, 0) as runs, coalesce(s.total_failures, 0) as failures,
       coalesce(s.consecutive_failures, 0) as consecutive_failures,
       case when a.pid is null then coalesce(s.consecutive_crashes, 0) end as crashes,
       e.err_message as last_error, e.sqlerrcode as last_sqlstate, j.config, a.pid,
       exists(select from pg_stat_activity w where w.datname = current_database()
              and w.application_name = 'TimescaleDB Background Worker Scheduler') as is_scheduler_up,
       j.hypertable_id,
       extract(epoch from coalesce(case when jsonb_typeof(j.after_time) = 'string' then (j.after_time #>> '{}')::interval end, j.after_creation)) as after_s,
       case when jsonb_typeof(j.after_time) = 'number' then (j.after_time #>> '{}')::bigint end as after_integer,
       case when j.after_time is not null or j.after_creation is not null then j.after_creation is not null end as is_by_creation,
       case when jsonb_typeof(j.config->'start_offset') = 'string' then extract(epoch from (j.config->>'start_offset')::interval) end as start_offset_s,
       case when jsonb_typeof(j.config->'end_offset') = 'string' then extract(epoch from (j.config->>'end_offset')::interval) end as end_offset_s,
       extract(epoch from case when isfinite(s.last_finish) and isfinite(s.last_start) then s.last_finish - s.last_start end) as took_s,
       extract(epoch from now() - case when isfinite(s.next_start) then s.next_start end) as overdue_s,
       extract(epoch from now() - case when isfinite(s.last_successful_finish) then s.last_successful_finish end) as ok_ago_s,
       setting.is_restoring
from job j
cross join setting
left join _timescaledb_internal.bgw_job_stat s on s.job_id = j.job_id
left join _timescaledb_catalog.continuous_agg ca on ca.mat_hypertable_id = j.hypertable_id
left join lateral (select a.pid from pg_stat_activity a where a.datname = current_database()
                   and a.application_name = j.application_name limit 1) a on true
left join lateral (select x.err_message, x.sqlerrcode from timescaledb_information.job_errors x where x.job_id = j.job_id
                   order by x.finish_time desc nulls last limit 1) e on s.total_failures > 0
order by j.job_id
