-- Up Migration
CREATE TABLE vehicle_services (
	id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	vehicle_id uuid NOT NULL REFERENCES vehicles (id) ON DELETE CASCADE,
	serviced_at timestamptz NOT NULL,
	odometer_km decimal(10, 1) NOT NULL,
	what text NOT NULL,
	UNIQUE (vehicle_id, serviced_at)
);

COMMENT ON TABLE vehicle_services IS 'When the workshop saw a vehicle';

-- Down Migration
DROP TABLE vehicle_services;
