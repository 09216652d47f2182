-- How many hypertables and chunks a dump must hold, compressed ones of TimescaleDB's own included.
select (select count(*) from timescaledb_information.hypertables) as hypertables,
       (select count(*) from timescaledb_information.chunks) as chunks
