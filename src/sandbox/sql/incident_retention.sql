-- Ten days of points that should be gone, and a job that has failed five times, as after a lock timeout.
-- The scheduler's own records are written as the scheduler writes them; where it runs it will soon write better ones.
INSERT INTO location_events (time, device_id, user_id, app_source, latitude, longitude)
SELECT t, md5('device 1')::uuid, md5('user 2')::uuid, 'mextrack', 43.36, -8.41
FROM generate_series(date_trunc('day', now()) - INTERVAL '41 days', date_trunc('day', now()) - INTERVAL '32 days', INTERVAL '10 minutes') AS t;

INSERT INTO _timescaledb_internal.bgw_job_stat (job_id, last_start, last_finish, next_start, last_successful_finish, last_run_success,
	total_runs, total_duration, total_duration_failures, total_successes, total_failures, total_crashes, consecutive_failures, consecutive_crashes, flags)
SELECT job_id, now() - INTERVAL '20 minutes', now() - INTERVAL '20 minutes' + INTERVAL '2 seconds', now() + INTERVAL '1 hour', now() - INTERVAL '9 days', false,
	35, INTERVAL '40 seconds', INTERVAL '10 seconds', 30, 5, 0, 5, 0, 0
FROM timescaledb_information.jobs
WHERE proc_name = 'policy_retention' AND hypertable_name = 'location_events'
ON CONFLICT (job_id) DO UPDATE SET last_run_success = false, total_failures = bgw_job_stat.total_failures + 5, consecutive_failures = 5,
	last_start = excluded.last_start, last_finish = excluded.last_finish, next_start = excluded.next_start;

INSERT INTO _timescaledb_internal.bgw_job_stat_history (job_id, pid, execution_start, execution_finish, succeeded, data)
SELECT job_id, 4711, now() - n * INTERVAL '1 day' - INTERVAL '20 minutes', now() - n * INTERVAL '1 day' - INTERVAL '20 minutes' + INTERVAL '2 seconds', false,
	jsonb_build_object(
		'job', jsonb_build_object('application_name', 'pgtend sandbox incident', 'proc_schema', '_timescaledb_functions', 'proc_name', 'policy_retention'),
		'error_data', jsonb_build_object('sqlerrcode', '55P03', 'message', 'canceling statement due to lock timeout',
			'proc_schema', '_timescaledb_functions', 'proc_name', 'policy_retention'))
FROM timescaledb_information.jobs CROSS JOIN generate_series(0, 4) AS n
WHERE proc_name = 'policy_retention' AND hypertable_name = 'location_events'
