-- The holder has its row and thinks: between BEGIN and its first change it is idle in a transaction as well.
SELECT count(*) > 0 FROM pg_stat_activity WHERE application_name = 'fleet-import' AND state = 'idle in transaction' AND backend_xid IS NOT NULL
