SELECT n_dead_tup < 1000 FROM pg_stat_user_tables WHERE relid = 'orders'::regclass
