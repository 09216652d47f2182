-- The same from the public views alone, for versions whose catalog is another one: neither width nor watermark are in them.
with oldest as materialized (
  select c.hypertable_schema, c.hypertable_name, min(c.range_start) as range_start from timescaledb_information.chunks c group by 1, 2
)
select a.view_schema as schema, a.view_name as name, coalesce(p.view_schema, a.hypertable_schema) as source_schema,
       coalesce(p.view_name, a.hypertable_name) as source, a.materialized_only as is_materialized_only,
       case when isfinite(o.range_start) then o.range_start end as raw_oldest,
       a.hypertable_schema as raw_schema, a.hypertable_name as raw_name, p.view_name is not null as is_on_aggregate
from timescaledb_information.continuous_aggregates a
left join timescaledb_information.continuous_aggregates p
  on p.materialization_hypertable_schema = a.hypertable_schema and p.materialization_hypertable_name = a.hypertable_name
left join oldest o on o.hypertable_schema = a.hypertable_schema and o.hypertable_name = a.hypertable_name
order by 1, 2
