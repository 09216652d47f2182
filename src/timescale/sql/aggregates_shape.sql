-- Which question about continuous aggregates fits the catalogs here: '212' (aggregates.sql), '211' (aggregates_211.sql), or 'public' (aggregates_views.sql).
-- What is there tells it, not the version's number; a question that fits makes no ERROR in the server's log.
with col as (
  select array_agg(format('%s.%s', c.relname, a.attname)) as columns
  from pg_class c join pg_namespace n on n.oid = c.relnamespace join pg_attribute a on a.attrelid = c.oid
  where n.nspname = '_timescaledb_catalog' and c.relkind = 'r' and a.attnum > 0 and not a.attisdropped and has_table_privilege(c.oid, 'select')
    and c.relname in ('continuous_agg', 'continuous_aggs_bucket_function', 'continuous_aggs_watermark', 'hypertable', 'dimension')
), function as (
  select array_agg(format('%s.%s', n.nspname, p.proname)) as names
  from pg_proc p join pg_namespace n on n.oid = p.pronamespace
  where n.nspname in ('_timescaledb_functions', '_timescaledb_internal') and p.proname in ('to_timestamp', 'cagg_watermark')
)
select case when not coalesce(c.columns @> '{continuous_agg.mat_hypertable_id,continuous_agg.raw_hypertable_id,continuous_agg.user_view_schema,continuous_agg.user_view_name,continuous_agg.materialized_only,continuous_aggs_bucket_function.mat_hypertable_id,continuous_aggs_bucket_function.bucket_width,hypertable.id,hypertable.schema_name,hypertable.table_name,dimension.id,dimension.hypertable_id,dimension.column_type,dimension.interval_length}', false)
                 then 'public'
            when c.columns @> '{continuous_aggs_watermark.mat_hypertable_id,continuous_aggs_watermark.watermark}'
                 and f.names @> '{_timescaledb_functions.to_timestamp}' then '212'
            when f.names @> '{_timescaledb_internal.to_timestamp,_timescaledb_internal.cagg_watermark}' then '211'
            else 'public' end as shape
from col c cross join function f
