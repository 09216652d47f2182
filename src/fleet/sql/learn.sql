-- What a session must know of its server and database before anything else is asked. Once a session's life.
-- A backend pid of 0 is PGlite: one backend that cannot be cancelled, dumped, or seen in pg_stat_activity.
select current_setting('server_version_num')::int as version_num,
       split_part(current_setting('server_version'), ' ', 1) as version,
       pg_is_in_recovery() as is_in_recovery,
       pg_backend_pid() as backend_pid,
       current_database() as dbname,
       (select oid::bigint from pg_database where datname = current_database()) as oid,
       (select extversion from pg_extension where extname = 'timescaledb') as timescaledb_version,
       current_setting('timescaledb.license', true) as timescaledb_license,
       extract(epoch from pg_postmaster_start_time())::bigint as started_s,
       coalesce(has_function_privilege(to_regprocedure('pg_catalog.pg_control_system()'), 'execute'), false) as may_identify
