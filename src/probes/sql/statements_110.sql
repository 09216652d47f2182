-- pg_stat_statements 1.8 to 1.10: blk_read_time was not parted yet, and when a statement was seen first is not kept. The most expensive of this database by each order.
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
		s.blk_read_time + s.blk_write_time as io_ms,
		s.wal_bytes::bigint as wal_bytes,
		s.plans,
		s.total_plan_time as plan_ms,
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
	wal_bytes, plans, plan_ms, left(query, 10000) as query,
	total_ms / nullif(all_ms, 0) as share_ratio, blks_hit::float8 / nullif(blks_hit + blks_read, 0) as hit_ratio,
	query_id is null and query = '<insufficient privilege>' as is_hidden
from ranked
where best <= 100
order by total_ms desc
