-- What says what is now for integer time: the function of the hypertable $1.$2, or of the one at the bottom of that aggregate. The public view tells
-- the function without its schema, and the wrong function would drop what is young: so it comes from the catalog, or not at all.
with recursive down as (
  select $1::name as schema, $2::name as name
  union
  select a.hypertable_schema, a.hypertable_name from down d join timescaledb_information.continuous_aggregates a
  on (d.schema, d.name) in ((a.view_schema, a.view_name), (a.materialization_hypertable_schema, a.materialization_hypertable_name))
)
select format('%I.%I()', x.integer_now_func_schema, x.integer_now_func)
from down d join _timescaledb_catalog.hypertable h on (h.schema_name, h.table_name) = (d.schema, d.name)
join _timescaledb_catalog.dimension x on x.hypertable_id = h.id
where x.integer_now_func is not null limit 1
