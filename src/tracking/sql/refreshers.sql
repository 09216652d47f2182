-- The refresh policies of the aggregates that are made of the hypertable (or aggregate) $1.$2, and whether they look back further than the age $3 (an
-- interval as text, or a whole number for integer time): then they erase what the aggregate holds of older time. No start_offset: back to the beginning.
select j.job_id, case when a.view_schema = 'public' then a.view_name::text else format('%s.%s', a.view_schema, a.view_name) end as name,
       j.config->>'start_offset' as start_offset,
       case when j.config->>'start_offset' is null then true
            when jsonb_typeof(j.config->'start_offset') = 'number' then (j.config->>'start_offset')::bigint > g.after::bigint
            else (j.config->>'start_offset')::interval > g.after::interval end as is_erasing
from timescaledb_information.continuous_aggregates a
left join timescaledb_information.continuous_aggregates p on (p.view_schema, p.view_name) = ($1::name, $2::name)
-- offset 0: else the planner would try the age as both types
cross join (select $3::text as after offset 0) g
join timescaledb_information.jobs j on j.proc_name = 'policy_refresh_continuous_aggregate'
  and (j.hypertable_schema, j.hypertable_name) in ((a.view_schema, a.view_name), (a.materialization_hypertable_schema, a.materialization_hypertable_name))
where (a.hypertable_schema, a.hypertable_name) in (($1::name, $2::name), (p.materialization_hypertable_schema, p.materialization_hypertable_name))
order by 1
