-- The holder has its row and thinks.
SELECT count(*) > 0 FROM pg_stat_activity WHERE application_name = 'fleet-import' AND state = 'idle in transaction'
