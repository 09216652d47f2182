-- The continuous aggregates: what each is made of (a hypertable, or another aggregate), by which column it is divided. after: the retention of what it
-- is made of. raw_schema, raw_name: as the chunks of that are listed. Public views alone.
select a.view_schema as schema, a.view_name as name, m.column_name as bucket, m.column_type::regtype as type,
       coalesce(m.integer_interval is not null, false) as is_integer,
       coalesce(p.materialization_hypertable_schema, a.hypertable_schema) as raw_schema, coalesce(p.materialization_hypertable_name, a.hypertable_name) as raw_name,
       coalesce(p.view_schema, a.hypertable_schema) as source_schema, coalesce(p.view_name, a.hypertable_name) as source,
       t.column_name as raw_column, r.config->>'drop_after' as after
from timescaledb_information.continuous_aggregates a
left join timescaledb_information.continuous_aggregates p on (a.hypertable_schema, a.hypertable_name)
  in ((p.view_schema, p.view_name), (p.materialization_hypertable_schema, p.materialization_hypertable_name))
left join lateral (select d.* from timescaledb_information.dimensions d where d.hypertable_schema = a.materialization_hypertable_schema
                   and d.hypertable_name = a.materialization_hypertable_name and d.dimension_type = 'Time' order by d.dimension_number limit 1) m on true
left join lateral (select d.column_name from timescaledb_information.dimensions d where d.hypertable_schema = coalesce(p.materialization_hypertable_schema, a.hypertable_schema)
                   and d.hypertable_name = coalesce(p.materialization_hypertable_name, a.hypertable_name) and d.dimension_type = 'Time' order by d.dimension_number limit 1) t on true
left join lateral (select j.config from timescaledb_information.jobs j where j.proc_name = 'policy_retention'
                   and (j.hypertable_schema, j.hypertable_name) in ((a.hypertable_schema, a.hypertable_name), (p.view_schema, p.view_name),
                                                                   (p.materialization_hypertable_schema, p.materialization_hypertable_name))
                   order by j.job_id limit 1) r on true
order by 1, 2
