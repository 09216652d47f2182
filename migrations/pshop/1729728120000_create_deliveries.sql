-- Up Migration
CREATE TABLE deliveries (
	id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
	order_id bigint NOT NULL UNIQUE REFERENCES orders (id) ON DELETE CASCADE,
	courier_id uuid NOT NULL,
	device_id uuid NOT NULL,
	status varchar(20) NOT NULL DEFAULT 'waiting',
	address jsonb NOT NULL,
	picked_up_at timestamptz,
	delivered_at timestamptz,
	created_at timestamptz NOT NULL DEFAULT CURRENT_TIMESTAMP,
	CONSTRAINT check_delivery_status CHECK (status IN ('waiting', 'underway', 'delivered', 'failed')),
	CONSTRAINT check_delivery_times CHECK (delivered_at IS NULL OR delivered_at >= picked_up_at)
);
CREATE INDEX idx_deliveries_courier ON deliveries (courier_id, created_at DESC);
CREATE INDEX idx_deliveries_underway ON deliveries (status) WHERE status = 'underway';

COMMENT ON TABLE deliveries IS 'An order on its way; where the courier was stands in atriz_tracking.location_events under device_id';
COMMENT ON COLUMN deliveries.courier_id IS 'users.id in atriz_core';

-- Down Migration
DROP TABLE deliveries;
