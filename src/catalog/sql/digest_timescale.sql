-- What TimescaleDB knows of its hypertables, aggregates and jobs beside their rows: digest.sql's other half where the extension is there.
-- Not what chunks, their number and the jobs' runs change.
with facts (fact) as (
  select (h.hypertable_schema, h.hypertable_name, h.owner, h.num_dimensions)::text from timescaledb_information.hypertables h
  union all
  select (d.hypertable_schema, d.hypertable_name, d.dimension_number, d.column_name, d.time_interval, d.integer_interval, d.num_partitions)::text
    from timescaledb_information.dimensions d
  union all
  select (j.job_id, j.proc_schema, j.proc_name, j.schedule_interval, j.max_runtime, j.max_retries, j.retry_period, j.scheduled, j.config, j.owner)::text
    from timescaledb_information.jobs j
  union all
  select (a.view_schema, a.view_name, a.materialized_only, a.view_definition)::text from timescaledb_information.continuous_aggregates a
)
select pg_catalog.encode(pg_catalog.sha256(pg_catalog.convert_to(coalesce(pg_catalog.string_agg(fact, E'\n' order by fact collate "C"), ''),
         pg_catalog.getdatabaseencoding())), 'hex') as digest
  from facts;
