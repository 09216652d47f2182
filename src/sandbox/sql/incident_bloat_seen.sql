-- Counters arrive a moment after the transaction.
SELECT n_dead_tup > 10000 FROM pg_stat_user_tables WHERE relid = 'orders'::regclass
