-- The refresh policies of the aggregates that are made of the hypertable number $1, and whether they look back further than the age $2 (an interval as
-- text, or a whole number for integer time): then they erase what the aggregate holds of older time. No start_offset: back to the beginning.
select j.job_id, case when ca.user_view_schema = 'public' then ca.user_view_name::text else format('%s.%s', ca.user_view_schema, ca.user_view_name) end as name,
       j.config->>'start_offset' as start_offset,
       case when j.config->>'start_offset' is null then true
            when jsonb_typeof(j.config->'start_offset') = 'number' then (j.config->>'start_offset')::bigint > p.after::bigint
            else (j.config->>'start_offset')::interval > p.after::interval end as is_erasing
from _timescaledb_catalog.continuous_agg ca
-- offset 0: else the planner would try the age as both types
cross join (select $2::text as after offset 0) p
join timescaledb_information.jobs j on j.proc_name = 'policy_refresh_continuous_aggregate' and (j.config->>'mat_hypertable_id')::int = ca.mat_hypertable_id
where ca.raw_hypertable_id = $1::int order by 1
