# TimescaleDB's catalogs as they were until 2.18, empty, on a plain server (allow_system_table_mods=on), for what no server is to be had of or nobody can
# provoke. fake_timescale DB makes them; fake_scheduler DB starts a session that looks like the scheduler and adds its process to background.
# Source postgres.sh first.
fake_timescale() {
	pg_sql "$1" "
	insert into pg_extension values (99999, 'timescaledb', 10, 2200, false, '2.17.2', null, null);
	create schema _timescaledb_catalog;
	create schema _timescaledb_internal;
	create schema timescaledb_information;
	create table _timescaledb_catalog.hypertable (id int, schema_name name, table_name name, compression_state smallint);
	create table _timescaledb_catalog.dimension (id int, hypertable_id int, column_name name, column_type regtype, interval_length bigint,
		integer_now_func_schema name, integer_now_func name);
	create table _timescaledb_catalog.continuous_agg (mat_hypertable_id int, raw_hypertable_id int, user_view_schema name, user_view_name name);
	create table _timescaledb_catalog.chunk (id int, hypertable_id int, schema_name name, table_name name, compressed_chunk_id int, dropped bool default false,
		status int default 0, creation_time timestamptz default now());
	create table _timescaledb_catalog.chunk_constraint (chunk_id int, dimension_slice_id int, constraint_name name);
	create table _timescaledb_catalog.dimension_slice (id int, dimension_id int, range_start bigint, range_end bigint);
	create table _timescaledb_catalog.compression_chunk_size (chunk_id int, uncompressed_heap_size bigint, uncompressed_toast_size bigint,
		uncompressed_index_size bigint, compressed_heap_size bigint, compressed_toast_size bigint, compressed_index_size bigint, numrows_pre_compression bigint);
	create table timescaledb_information.chunks (hypertable_schema name, hypertable_name name, chunk_schema name, chunk_name name,
		range_start timestamptz, range_end timestamptz, range_start_integer bigint, range_end_integer bigint, is_compressed bool, chunk_creation_time timestamptz);
	create table timescaledb_information.jobs (job_id int, application_name name, schedule_interval interval, proc_schema name, proc_name name,
		owner name, scheduled bool, config jsonb, hypertable_schema name, hypertable_name name);
	create table timescaledb_information.continuous_aggregates (view_schema name, view_name name, materialization_hypertable_schema name,
		materialization_hypertable_name name);
	create table timescaledb_information.job_errors (job_id int, finish_time timestamptz, sqlerrcode text, err_message text);
	create table _timescaledb_internal.bgw_job_stat (job_id int, last_start timestamptz, last_finish timestamptz, next_start timestamptz,
		last_successful_finish timestamptz, last_run_success bool, total_runs bigint, total_successes bigint, total_failures bigint, total_crashes bigint,
		consecutive_failures int, consecutive_crashes int);" > /dev/null
}
fake_scheduler() {
	PGAPPNAME='TimescaleDB Background Worker Scheduler' "$pg_bin/psql" -X -q -h "$PGS_SOCKET" -p "$PGS_PORT" -U postgres -d "$1" -c "select pg_sleep(600)" > /dev/null 2>&1 &
	background+=($!)
	wait_until 60 fake_is_up "$1"
}
fake_is_up() {
	[ "$(pg_sql "$1" "select count(*) from pg_stat_activity where datname = current_database() and application_name = 'TimescaleDB Background Worker Scheduler'")" = 1 ]
}
