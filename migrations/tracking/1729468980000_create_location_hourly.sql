-- Up Migration
CREATE MATERIALIZED VIEW location_hourly
WITH (timescaledb.continuous) AS
SELECT
	time_bucket(INTERVAL '1 hour', time) AS hour,
	device_id,
	user_id,
	app_source,
	count(*) AS point_count,
	avg(latitude) AS avg_latitude,
	avg(longitude) AS avg_longitude,
	avg(speed) AS avg_speed,
	max(speed) AS max_speed,
	min(time) AS first_event,
	max(time) AS last_event
FROM location_events
GROUP BY hour, device_id, user_id, app_source
WITH NO DATA;

COMMENT ON VIEW location_hourly IS 'Routes by the hour, kept for a year, long after the points themselves are gone';

-- The last three days are looked at again every hour; the hour that still fills is left alone.
SELECT add_continuous_aggregate_policy('location_hourly',
	start_offset => INTERVAL '3 days', end_offset => INTERVAL '1 hour', schedule_interval => INTERVAL '1 hour');
SELECT add_retention_policy('location_hourly', INTERVAL '1 year');

-- Down Migration
DROP MATERIALIZED VIEW location_hourly;
