-- The continuous aggregates that are made of the hypertable $1.$2, or of that aggregate.
select case when a.view_schema = 'public' then a.view_name::text else format('%s.%s', a.view_schema, a.view_name) end
from timescaledb_information.continuous_aggregates a
left join timescaledb_information.continuous_aggregates p on (p.view_schema, p.view_name) = ($1::name, $2::name)
where (a.hypertable_schema, a.hypertable_name) in (($1::name, $2::name), (p.materialization_hypertable_schema, p.materialization_hypertable_name))
order by 1
