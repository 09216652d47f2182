-- Up Migration
-- The way down leaves the extension: it belongs to the database, and a session that has seen it go cannot load it again.
CREATE EXTENSION IF NOT EXISTS timescaledb CASCADE;

CREATE TABLE location_events (
	time timestamptz NOT NULL,
	device_id uuid NOT NULL,
	user_id uuid NOT NULL,
	app_source varchar(50) NOT NULL,
	latitude decimal(10, 8) NOT NULL,
	longitude decimal(11, 8) NOT NULL,
	accuracy decimal(6, 2),
	altitude decimal(8, 2),
	speed decimal(6, 2),
	heading decimal(5, 2),
	metadata jsonb
);
SELECT create_hypertable('location_events', 'time', chunk_time_interval => INTERVAL '1 day', create_default_indexes => false);

CREATE INDEX idx_location_device ON location_events (device_id, time DESC);
CREATE INDEX idx_location_user ON location_events (user_id, time DESC);
CREATE INDEX idx_location_app ON location_events (app_source, time DESC);

COMMENT ON TABLE location_events IS 'Raw GPS points of vehicles and couriers, kept for 30 days';
COMMENT ON COLUMN location_events.time IS 'UTC, when the device took the point';
COMMENT ON COLUMN location_events.user_id IS 'users.id in atriz_core';
COMMENT ON COLUMN location_events.app_source IS 'mextrack or pshop';
COMMENT ON COLUMN location_events.accuracy IS 'metres';
COMMENT ON COLUMN location_events.altitude IS 'metres';
COMMENT ON COLUMN location_events.speed IS 'km/h';
COMMENT ON COLUMN location_events.heading IS 'degrees, 0 to 360';

-- Down Migration
DROP TABLE location_events;
