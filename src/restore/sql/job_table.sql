-- Where this version of TimescaleDB keeps its jobs, as SQL.
select coalesce(pg_catalog.to_regclass('_timescaledb_catalog.bgw_job'), pg_catalog.to_regclass('_timescaledb_config.bgw_job'))::text as jobs
