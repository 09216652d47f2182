-- Which edition it is, it says only when it is loaded.
CREATE EXTENSION timescaledb;
SELECT current_setting('timescaledb.license') = 'timescale'
