-- What TimescaleDB's scheduler would run, in the order in which it makes sense: aggregate before the raw points go.
SELECT job_id, proc_name
FROM timescaledb_information.jobs
WHERE proc_name IN ('policy_refresh_continuous_aggregate', 'policy_compression', 'policy_retention')
ORDER BY array_position(ARRAY['policy_refresh_continuous_aggregate', 'policy_compression', 'policy_retention'], proc_name::text), job_id
