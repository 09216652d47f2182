SELECT count(*) FROM pg_class WHERE oid = to_regclass('public.orders') AND reloptions @> '{autovacuum_enabled=false}'
