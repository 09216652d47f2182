-- The continuous aggregates, what each is made of (a hypertable, or another aggregate's own), by which column it is divided, and what says what is now
-- where time is an integer: the function of the hypertable at the bottom. after: the retention of what it is made of.
with recursive down as (
  select ca.mat_hypertable_id as top, ca.raw_hypertable_id as id, 1 as depth from _timescaledb_catalog.continuous_agg ca
  union all
  select d.top, ca.raw_hypertable_id, d.depth + 1 from down d join _timescaledb_catalog.continuous_agg ca on ca.mat_hypertable_id = d.id
), bottom as (
  select distinct on (top) top, id from down order by top, depth desc
)
select ca.mat_hypertable_id as id, ca.user_view_schema as schema, ca.user_view_name as name, m.column_name as bucket, m.column_type::regtype as type,
       m.column_type::regtype::text in ('smallint', 'integer', 'bigint') as is_integer,
       raw.schema_name as raw_schema, raw.table_name as raw_name,
       coalesce(p.user_view_schema, raw.schema_name) as source_schema, coalesce(p.user_view_name, raw.table_name) as source,
       case when b.integer_now_func is not null then format('%I.%I()', b.integer_now_func_schema, b.integer_now_func) end as now_function,
       r.config->>'drop_after' as after
from _timescaledb_catalog.continuous_agg ca
join _timescaledb_catalog.hypertable raw on raw.id = ca.raw_hypertable_id
left join _timescaledb_catalog.continuous_agg p on p.mat_hypertable_id = raw.id
join bottom on bottom.top = ca.mat_hypertable_id
left join lateral (select d.* from _timescaledb_catalog.dimension d where d.hypertable_id = ca.mat_hypertable_id and d.interval_length is not null
                   order by d.id limit 1) m on true
left join lateral (select d.* from _timescaledb_catalog.dimension d where d.hypertable_id = bottom.id and d.interval_length is not null
                   order by d.id limit 1) b on true
left join lateral (select j.config from timescaledb_information.jobs j where j.proc_name = 'policy_retention'
                   and (j.config->>'hypertable_id')::int = raw.id order by j.job_id limit 1) r on true
order by 2, 3
