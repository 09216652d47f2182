-- As chunk_packed.sql, from the public functions, which tell no rows; chunk_id is the number of the chunk's table here.
with own as (
  select h.hypertable_schema as schema, h.hypertable_name as name from timescaledb_information.hypertables h where h.compression_enabled
  union all
  select a.materialization_hypertable_schema, a.materialization_hypertable_name
  from timescaledb_information.continuous_aggregates a where a.compression_enabled
)
select to_regclass(format('%I.%I', s.chunk_schema, s.chunk_name))::oid::bigint as chunk_id, null::bigint as rows,
       s.before_compression_total_bytes as bytes_before, s.after_compression_total_bytes as bytes_after
from own cross join lateral chunk_compression_stats(to_regclass(format('%I.%I', own.schema, own.name))) s
where s.before_compression_total_bytes is not null
