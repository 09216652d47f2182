-- Every connection of the pool is taken and kept.
SELECT count(*) >= 5 FROM pg_stat_activity WHERE datname = current_database() AND state = 'idle in transaction'
