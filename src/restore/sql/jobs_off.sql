-- In a copy of a TimescaleDB database, before timescaledb_post_restore(): its jobs must not run there. Where the jobs are kept depends on the version.
do $$
declare
  jobs text := coalesce(pg_catalog.to_regclass('_timescaledb_catalog.bgw_job'), pg_catalog.to_regclass('_timescaledb_config.bgw_job'))::text;
begin
  execute 'update ' || jobs || ' set scheduled = false where id >= 1000';
end
$$
