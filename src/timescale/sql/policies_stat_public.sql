-- As policies_stat.sql by the public view, for a TimescaleDB that keeps them elsewhere: crashes are not in it, nor how many failures in a row.
with stat as materialized (
  select s.job_id::int as job_id, s.last_run_started_at as last_start, s.last_run_started_at + s.last_run_duration as last_finish, s.next_start,
         s.last_successful_finish, coalesce(s.last_run_status = 'Success', true) as last_run_success, s.total_runs,
         s.total_failures, case when s.last_run_status = 'Failed' then 1::bigint else 0 end as consecutive_failures, null::bigint as consecutive_crashes
  from timescaledb_information.job_stats s
  where s.total_runs is not null
)
