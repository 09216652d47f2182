-- How many background workers the server lets run, and who takes them: TimescaleDB's launcher is one, and so is a scheduler for each of its databases.
select pg_catalog.current_setting('max_worker_processes')::int as processes,
       pg_catalog.current_setting('max_parallel_workers')::int as parallel,
       pg_catalog.current_setting('timescaledb.max_background_workers', true)::int as timescale,
       (select pg_catalog.count(distinct datid) from pg_catalog.pg_stat_activity
         where application_name = 'TimescaleDB Background Worker Scheduler') as schedulers
