-- How many hypertables this database has, and how many chunks.
select (select pg_catalog.count(*) from timescaledb_information.hypertables) as hypertables,
       (select pg_catalog.count(*) from timescaledb_information.chunks) as chunks
