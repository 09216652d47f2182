-- One row a job of TimescaleDB, behind the statistics of policies_stat.sql. Works for any role. next_start is -infinity while a job runs, and
-- subtracting an infinite time is an error in old servers: every time is checked by isfinite(). Jobs are known by proc_name; the schema of
-- the procedures has moved. Until 2.19 a job of an aggregate names its materialization.
, job as materialized (
  select j.job_id, j.application_name, j.schedule_interval, j.proc_schema, j.proc_name, j.owner::text as owner, j.scheduled, j.config,
         coalesce(ca.view_schema, j.hypertable_schema) as schema, coalesce(ca.view_name, j.hypertable_name) as name,
         case j.proc_name when 'policy_retention' then 'retention' when 'policy_compression' then 'compression'
              when 'policy_refresh_continuous_aggregate' then 'refresh' when 'policy_reorder' then 'reorder'
              else case when j.job_id < 1000 then 'internal' else 'user' end end as kind,
         coalesce(j.config->>'mat_hypertable_id', j.config->>'hypertable_id')::int as hypertable_id,
         coalesce(j.config->'drop_after', j.config->'compress_after') as after_time,
         coalesce(j.config->>'drop_created_before', j.config->>'compress_created_before')::interval as after_creation
  from timescaledb_information.jobs j
  left join timescaledb_information.continuous_aggregates ca on ca.materialization_hypertable_schema = j.hypertable_schema
    and ca.materialization_hypertable_name = j.hypertable_name
), owner as materialized (
  -- what the background worker of a job needs of the role that it runs as
  select j.job_id,
         case when not r.rolcanlogin then 'may not log in'
              when not has_database_privilege(r.oid, current_database(), 'connect') then 'may not connect to this database'
              when not pg_has_role(r.oid, c.relowner, 'usage') then 'does not own what it works on'
              when not has_schema_privilege(r.oid, c.relnamespace, 'usage') then 'may not use the schema of what it works on' end as lacks,
         pg_has_role(r.oid, 'member') or pg_has_role((select d.datdba from pg_database d where d.datname = current_database()), 'member') as is_error_visible
  from job j
  join pg_roles r on r.rolname = j.owner or quote_ident(r.rolname) = j.owner
  -- to_regclass() is an error for who may not use the schema
  left join pg_namespace n on n.nspname = j.schema
  left join pg_class c on c.relnamespace = n.oid and c.relname = j.name
), worker as materialized (
  select a.pid, a.datname, a.application_name from pg_stat_activity a
  where a.application_name like 'TimescaleDB Background Worker %' or a.application_name ~ ' \[[0-9]+\]$'
), server as materialized (
  -- restoring: what new sessions get, and a job's is one; this session may be older than the setting
  select coalesce((select bool_or(split_part(s, '=', 2)::bool) from pg_db_role_setting r, unnest(r.setconfig) s
                   where r.setrole = 0 and r.setdatabase = (select d.oid from pg_database d where d.datname = current_database())
                   and s like 'timescaledb.restoring=%'),
                  (select g.setting::bool from pg_settings g where g.name = 'timescaledb.restoring' and g.source <> 'database'), false) as is_restoring,
         exists(select from worker w where w.datname = current_database()
                and w.application_name = 'TimescaleDB Background Worker Scheduler') as is_scheduler_up,
         (select count(*) from worker) as workers, current_setting('timescaledb.max_background_workers', true)::bigint as workers_max,
         (select format('the server has TimescaleDB %s, this database %s', a.default_version, e.extversion)
          from pg_extension e, pg_available_extensions a where e.extname = 'timescaledb' and a.name = e.extname
          and a.default_version <> e.extversion) as version_mismatch
)
select j.job_id, j.kind, j.schema, j.name, j.application_name as application, format('%s.%s', j.proc_schema, j.proc_name) as procedure, j.owner,
       case when not j.scheduled then 'paused'
            -- its process shows a moment after its start is written down
            when not isfinite(s.next_start) and (a.pid is not null or s.last_start > now() - interval '1 min') then 'running'
            when s.next_start < now() - interval '2 min' and isfinite(s.next_start) and a.pid is null then 'overdue'
            when s.job_id is null or s.total_runs = 0 then 'never ran'
            when not isfinite(s.last_finish) or not isfinite(s.next_start) then 'crashed'
            when not s.last_run_success then 'failing' else 'ok' end as state,
       j.scheduled as is_scheduled, extract(epoch from j.schedule_interval) as schedule_s,
       case when isfinite(s.next_start) then s.next_start end as next_start,
       case when isfinite(s.last_start) then s.last_start end as last_start,
       case when isfinite(s.last_successful_finish) then s.last_successful_finish end as last_ok,
       coalesce(s.total_runs, 0) as runs, coalesce(s.total_failures, 0) as failures,
       coalesce(s.consecutive_failures, 0) as consecutive_failures,
       -- counted beforehand, while a job runs
       case when a.pid is null and (isfinite(s.next_start) or s.last_start <= now() - interval '1 min' or s.job_id is null)
            then coalesce(s.consecutive_crashes, case when s.job_id is null then 0 end) end as crashes,
       e.err_message as last_error, e.sqlerrcode as last_sqlstate, o.is_error_visible, j.config, a.pid, j.hypertable_id,
       extract(epoch from coalesce(case when jsonb_typeof(j.after_time) = 'string' then (j.after_time #>> '{}')::interval end, j.after_creation)) as after_s,
       case when jsonb_typeof(j.after_time) = 'number' then (j.after_time #>> '{}')::bigint end as after_integer,
       case when j.after_time is not null or j.after_creation is not null then j.after_creation is not null end as is_by_creation,
       case when jsonb_typeof(j.config->'start_offset') = 'string' then extract(epoch from (j.config->>'start_offset')::interval) end as start_offset_s,
       case when jsonb_typeof(j.config->'start_offset') = 'number' then (j.config->>'start_offset')::bigint end as start_offset_integer,
       case when jsonb_typeof(j.config->'end_offset') = 'string' then extract(epoch from (j.config->>'end_offset')::interval) end as end_offset_s,
       case when jsonb_typeof(j.config->'end_offset') = 'number' then (j.config->>'end_offset')::bigint end as end_offset_integer,
       nullif((j.config->>'maxchunks_to_compress')::bigint, 0) as max_chunks,
       extract(epoch from case when isfinite(s.last_finish) and isfinite(s.last_start) then s.last_finish - s.last_start end) as took_s,
       extract(epoch from now() - case when isfinite(s.next_start) then s.next_start end) as overdue_s,
       extract(epoch from now() - case when isfinite(s.last_successful_finish) then s.last_successful_finish end) as ok_ago_s,
       case when a.pid is not null then extract(epoch from clock_timestamp() - case when isfinite(s.last_start) then s.last_start end) end as running_s,
       b.pids as blocked_by, b.application as blocker_application, b.open_s as blocker_open_s,
       o.lacks as owner_lacks, o.lacks is null as is_owner_able,
       server.is_scheduler_up, server.is_restoring, server.workers, server.workers_max, server.version_mismatch
from job j
cross join server
left join stat s on s.job_id = j.job_id
left join owner o on o.job_id = j.job_id
left join lateral (select w.pid from worker w where w.datname = current_database() and w.application_name = j.application_name limit 1) a on true
left join lateral (select p.pids, w.application_name as application, extract(epoch from clock_timestamp() - w.xact_start) as open_s
                   from (select pg_blocking_pids(a.pid) as pids) p left join pg_stat_activity w on w.pid = p.pids[1]
                   where cardinality(p.pids) > 0) b on a.pid is not null
left join lateral (select x.err_message, x.sqlerrcode from timescaledb_information.job_errors x where x.job_id = j.job_id
                   order by x.finish_time desc nulls last limit 1) e on s.total_failures > 0
order by j.job_id
