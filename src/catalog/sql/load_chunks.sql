-- Chunks in schemas that TimescaleDB does not call its own, and the views of its continuous aggregates: not told as tables and views.
select c.chunk_schema::text as schema, c.chunk_name::text as name from timescaledb_information.chunks c where c.chunk_schema !~ '^_timescaledb_'
union
select a.view_schema::text, a.view_name::text from timescaledb_information.continuous_aggregates a
