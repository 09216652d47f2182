-- Jobs of people in this TimescaleDB database that the scheduler runs.
select pg_catalog.count(*) as jobs from timescaledb_information.jobs where job_id >= 1000 and scheduled
