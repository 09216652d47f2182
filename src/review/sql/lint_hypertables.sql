-- The hypertables of TimescaleDB, where it is there: they know no CONCURRENTLY.
select h.schema_name || '.' || h.table_name as name
  from _timescaledb_catalog.hypertable h;
