-- Up Migration
CREATE TABLE vehicles (
	id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
	user_id uuid NOT NULL,
	driver_id uuid REFERENCES drivers (id) ON DELETE SET NULL,
	device_id uuid NOT NULL UNIQUE,
	vehicle_name varchar(255) NOT NULL,
	plate varchar(20) NOT NULL UNIQUE,
	odometer_km decimal(10, 1) NOT NULL DEFAULT 0,
	is_active boolean NOT NULL DEFAULT true,
	created_at timestamptz NOT NULL DEFAULT CURRENT_TIMESTAMP,
	updated_at timestamptz NOT NULL DEFAULT CURRENT_TIMESTAMP,
	CONSTRAINT check_odometer CHECK (odometer_km >= 0)
);
CREATE INDEX idx_vehicles_user ON vehicles (user_id);
CREATE INDEX idx_vehicles_driver ON vehicles (driver_id);

COMMENT ON TABLE vehicles IS 'The vehicles themselves; where they were stands in atriz_tracking.location_events under device_id';
COMMENT ON COLUMN vehicles.user_id IS 'The owner: users.id in atriz_core';

-- Down Migration
DROP TABLE vehicles;
