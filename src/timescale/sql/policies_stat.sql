-- The statistics of jobs as the scheduler keeps them: the first half of the question of policies.sql. Readable by every role, but no public view.
with stat as materialized (
  select s.job_id::int as job_id, s.last_start, s.last_finish, s.next_start, s.last_successful_finish, s.last_run_success, s.total_runs,
         s.total_failures, s.consecutive_failures::bigint as consecutive_failures, s.consecutive_crashes::bigint as consecutive_crashes
  from _timescaledb_internal.bgw_job_stat s
)
