DELETE FROM _timescaledb_internal.bgw_job_stat_history
WHERE data #>> '{job,application_name}' = 'pgtend sandbox incident';

DELETE FROM _timescaledb_internal.bgw_job_stat
WHERE total_failures >= 5 AND consecutive_failures = 5
	AND job_id IN (SELECT job_id FROM timescaledb_information.jobs WHERE proc_name = 'policy_retention' AND hypertable_name = 'location_events')
