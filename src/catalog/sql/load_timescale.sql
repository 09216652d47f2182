-- What TimescaleDB makes of tables: hypertables with their dimensions and compression, continuous aggregates, jobs by what they do, because their
-- numbers differ between databases. Sent only where the extension is there.
select 'hypertable' as kind, h.hypertable_schema::text as schema, h.hypertable_name::text as parent, h.hypertable_name::text as name,
       pg_catalog.concat_ws(', ',
         (select pg_catalog.string_agg(pg_catalog.concat_ws(' ', 'by', d.column_name, coalesce(d.time_interval::text, d.integer_interval::text),
                   case when d.num_partitions is not null then d.num_partitions || ' partitions' end), ', ' order by d.dimension_number)
            from timescaledb_information.dimensions d
           where d.hypertable_schema = h.hypertable_schema and d.hypertable_name = h.hypertable_name),
         case when h.compression_enabled then pg_catalog.concat_ws(' ', 'compressed',
           (select pg_catalog.string_agg(pg_catalog.concat_ws(' ', s.attname,
                     'segmentby ' || s.segmentby_column_index, 'orderby ' || s.orderby_column_index, case when not s.orderby_asc then 'desc' end), ', ' order by s.attname)
              from timescaledb_information.compression_settings s
             where s.hypertable_schema = h.hypertable_schema and s.hypertable_name = h.hypertable_name)) end) as definition
  from timescaledb_information.hypertables h
 where h.hypertable_schema !~ '^_timescaledb_'
union all
select 'continuous aggregate', a.view_schema::text, null, a.view_name::text,
       pg_catalog.concat_ws(', ', case when a.materialized_only then 'materialized only' else 'real time' end, pg_catalog.rtrim(a.view_definition, ';'))
  from timescaledb_information.continuous_aggregates a
union all
-- the policy of an aggregate is one of its materialization, whose name holds a number
select 'job', coalesce(a.view_schema, j.hypertable_schema)::text, null,
       pg_catalog.concat_ws(' of ', j.proc_schema || '.' || j.proc_name, coalesce(a.view_name, j.hypertable_name)),
       pg_catalog.concat_ws(' ', 'every', j.schedule_interval, case when not j.scheduled then 'not scheduled' end,
         (j.config - array['hypertable_id', 'mat_hypertable_id'])::text)
  from timescaledb_information.jobs j
  left join timescaledb_information.continuous_aggregates a
    on a.materialization_hypertable_schema = j.hypertable_schema and a.materialization_hypertable_name = j.hypertable_name
 where j.job_id >= 1000
