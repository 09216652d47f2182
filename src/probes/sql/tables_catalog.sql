-- Where TimescaleDB tells the compressed half of a chunk here: 'settings' (2.19 and later), 'chunk' (before), or null: in no place that is known, or
-- none that this role may read. The columns tell it, not the version's number.
with col as (
  select format('%s.%s', c.relname, a.attname) as name
  from pg_class c join pg_namespace n on n.oid = c.relnamespace join pg_attribute a on a.attrelid = c.oid
  where n.nspname = '_timescaledb_catalog' and c.relkind = 'r' and a.attnum > 0 and not a.attisdropped
    and c.relname in ('hypertable', 'continuous_agg', 'chunk', 'compression_settings', 'compression_chunk_size')
    and has_table_privilege(c.oid, 'select')
), has as (
  select array_agg(name) as columns from col
)
select case when not h.columns @> '{hypertable.id,hypertable.schema_name,hypertable.table_name,continuous_agg.mat_hypertable_id,continuous_agg.user_view_schema,continuous_agg.user_view_name,chunk.id,chunk.hypertable_id,compression_chunk_size.chunk_id,compression_chunk_size.numrows_pre_compression,compression_chunk_size.uncompressed_heap_size,compression_chunk_size.compressed_heap_size}'
                 then null
            when h.columns @> '{compression_settings.relid,compression_settings.compress_relid}' then 'settings'
            when h.columns @> '{chunk.schema_name,chunk.table_name,chunk.compressed_chunk_id,chunk.dropped}' then 'chunk' end as halves
from has h
