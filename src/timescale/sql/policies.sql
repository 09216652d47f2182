-- One row a job of TimescaleDB. Works for any role. next_start is -infinity while a job runs, and subtracting an infinite time is an
-- error in old servers: every time is checked by isfinite(). Jobs are known by proc_name; the schema of the procedures has moved.
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
       e.err_message as last_error, e.sqlerrcode as last_sqlstate, j.config, a.pid,
       exists(select from pg_stat_activity w where w.datname = current_database()
              and w.application_name = 'TimescaleDB Background Worker Scheduler') as is_scheduler_up
from timescaledb_information.jobs j
left join _timescaledb_internal.bgw_job_stat s on s.job_id = j.job_id
left join _timescaledb_catalog.continuous_agg ca on ca.mat_hypertable_id = coalesce(j.config->>'mat_hypertable_id', j.config->>'hypertable_id')::int
left join lateral (select a.pid from pg_stat_activity a where a.datname = current_database()
                   and a.application_name = j.application_name limit 1) a on true
left join lateral (select x.err_message, x.sqlerrcode from timescaledb_information.job_errors x where x.job_id = j.job_id
                   order by x.finish_time desc nulls last limit 1) e on s.total_failures > 0
order by j.job_id
