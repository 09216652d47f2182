-- The continuous aggregates made of the hypertable (or aggregate) $1.$2 that are not materialized up to $3 (where the newest chunk that goes ends; $4: integer
-- time): what they have not made of it by then they will never hold. TimescaleDB 2.12 and later. up_to null: never refreshed.
select case when a.view_schema = 'public' then a.view_name::text else format('%s.%s', a.view_schema, a.view_name) end as name, u.up_to
from timescaledb_information.continuous_aggregates a
left join timescaledb_information.continuous_aggregates p on (p.view_schema, p.view_name) = ($1::name, $2::name)
join _timescaledb_catalog.continuous_agg ca on (ca.user_view_schema, ca.user_view_name) = (a.view_schema, a.view_name)
-- offset 0: else the planner would try the end as both types
cross join (select $3::text as up_to, $4::bool as is_integer offset 0) g
cross join lateral (select _timescaledb_functions.cagg_watermark(ca.mat_hypertable_id) as at offset 0) w
cross join lateral (select case when g.is_integer then w.at::text
                                when w.at > -210866803200000000 then _timescaledb_functions.to_timestamp(w.at)::text end as up_to) u
where (a.hypertable_schema, a.hypertable_name) in (($1::name, $2::name), (p.materialization_hypertable_schema, p.materialization_hypertable_name))
  and case when g.is_integer then w.at < g.up_to::bigint
           when w.at > -210866803200000000 then _timescaledb_functions.to_timestamp(w.at) < g.up_to::timestamptz else true end
order by 1
