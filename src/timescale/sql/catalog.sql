-- Which shape TimescaleDB's catalogs have here. The columns tell it, not the version's number: it holds for builds in between, too, and a question
-- that fits makes no ERROR in the server's log. What is none of these is asked of the public views.
with col as (
  select c.relname, a.attname
  from pg_class c join pg_namespace n on n.oid = c.relnamespace join pg_attribute a on a.attrelid = c.oid
  where n.nspname = '_timescaledb_catalog' and c.relkind = 'r' and a.attnum > 0 and not a.attisdropped
    and c.relname in ('hypertable', 'dimension', 'continuous_agg', 'chunk', 'chunk_constraint', 'dimension_slice', 'compression_settings',
                      'compression_chunk_size')
    and has_table_privilege(c.oid, 'select')
), has as (
  select array_agg(format('%s.%s', relname, attname)) as columns from col
)
select h.columns @> '{hypertable.id,hypertable.schema_name,hypertable.table_name,dimension.id,dimension.hypertable_id,dimension.column_name,dimension.column_type,dimension.interval_length,dimension.integer_now_func_schema,dimension.integer_now_func,continuous_agg.mat_hypertable_id,continuous_agg.raw_hypertable_id,continuous_agg.user_view_schema,continuous_agg.user_view_name}' as has_hypertables,
       h.columns @> '{compression_chunk_size.chunk_id,compression_chunk_size.numrows_pre_compression,compression_chunk_size.uncompressed_heap_size,compression_chunk_size.uncompressed_toast_size,compression_chunk_size.uncompressed_index_size,compression_chunk_size.compressed_heap_size,compression_chunk_size.compressed_toast_size,compression_chunk_size.compressed_index_size}' as has_packed,
       case when not h.columns @> '{chunk.id,chunk.hypertable_id,chunk.status,dimension_slice.id,dimension_slice.dimension_id,dimension_slice.range_start,dimension_slice.range_end}'
                 then 'public'
            when h.columns @> '{chunk.relid,dimension_slice.chunk_id,compression_settings.relid,compression_settings.compress_relid,chunk.creation_time}' then '229'
            when not h.columns @> '{chunk.schema_name,chunk.table_name}' then 'public'
            when h.columns @> '{dimension_slice.chunk_id,compression_settings.relid,compression_settings.compress_relid,chunk.creation_time}' then '228'
            when not h.columns @> '{chunk_constraint.chunk_id,chunk_constraint.dimension_slice_id}' then 'public'
            when h.columns @> '{compression_settings.relid,compression_settings.compress_relid,chunk.creation_time}' then '227'
            when h.columns @> '{chunk.compressed_chunk_id}' then '218'
            else 'public' end as chunks
from has h
