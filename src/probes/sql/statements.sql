-- pg_stat_statements from its version 1.11 on. The most expensive of this database by each order.
-- The extension may lie in any schema: public stands for it here.
with all_of as materialized (
	select s.queryid as query_id,
		s.userid,
		s.calls,
		s.total_exec_time as total_ms,
		s.mean_exec_time as mean_ms,
		s.max_exec_time as max_ms,
		s.stddev_exec_time as stddev_ms,
		s.rows,
		s.shared_blks_hit as blks_hit,
		s.shared_blks_read as blks_read,
		(s.temp_blks_read + s.temp_blks_written) * current_setting('block_size')::bigint as temp_bytes,
		s.shared_blk_read_time + s.shared_blk_write_time + s.local_blk_read_time + s.local_blk_write_time + s.temp_blk_read_time + s.temp_blk_write_time as io_ms,
		s.wal_bytes::bigint as wal_bytes,
		s.plans,
		s.total_plan_time as plan_ms,
		s.stats_since as since,
		s.query
	from public.pg_stat_statements(true) s
	where s.dbid = (select oid from pg_database where datname = current_database())),
ranked as (
	select a.*, sum(total_ms) over () as all_ms,
		least(row_number() over (order by total_ms desc),
			row_number() over (order by mean_ms desc),
			row_number() over (order by max_ms desc),
			row_number() over (order by calls desc),
			row_number() over (order by rows desc),
			row_number() over (order by blks_read desc),
			row_number() over (order by temp_bytes desc),
			row_number() over (order by io_ms desc),
			row_number() over (order by wal_bytes desc)) as best
	from all_of a)
select query_id, pg_get_userbyid(userid) as "user", calls, total_ms, mean_ms, max_ms, stddev_ms, rows, blks_hit, blks_read, temp_bytes, io_ms,
	wal_bytes, plans, plan_ms, since, left(query, 10000) as query,
	total_ms / nullif(all_ms, 0) as share_ratio, blks_hit::float8 / nullif(blks_hit + blks_read, 0) as hit_ratio,
	query_id is null and query = '<insufficient privilege>' as is_hidden
from ranked
where best <= 100
order by total_ms desc
