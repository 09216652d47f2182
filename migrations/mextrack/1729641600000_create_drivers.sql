-- Up Migration
CREATE TABLE drivers (
	id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
	user_id uuid NOT NULL UNIQUE,
	licence_number varchar(40) NOT NULL UNIQUE,
	licence_expires_at timestamptz NOT NULL,
	phone varchar(40),
	is_active boolean NOT NULL DEFAULT true,
	created_at timestamptz NOT NULL DEFAULT CURRENT_TIMESTAMP
);
CREATE INDEX idx_drivers_licence_expires ON drivers (licence_expires_at) WHERE is_active;

COMMENT ON TABLE drivers IS 'Who may drive a vehicle of the fleet';
COMMENT ON COLUMN drivers.user_id IS 'users.id in atriz_core';

-- Down Migration
DROP TABLE drivers;
