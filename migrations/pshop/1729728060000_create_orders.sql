-- Up Migration
CREATE TABLE orders (
	id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	reference uuid NOT NULL UNIQUE DEFAULT gen_random_uuid(),
	user_id uuid NOT NULL,
	status varchar(20) NOT NULL DEFAULT 'open',
	total decimal(12, 2) NOT NULL DEFAULT 0,
	placed_at timestamptz NOT NULL DEFAULT CURRENT_TIMESTAMP,
	updated_at timestamptz NOT NULL DEFAULT CURRENT_TIMESTAMP,
	CONSTRAINT check_status CHECK (status IN ('open', 'paid', 'packed', 'sent', 'done', 'cancelled'))
);
CREATE INDEX idx_orders_user ON orders (user_id, placed_at DESC);
CREATE INDEX idx_orders_open ON orders (placed_at) WHERE status IN ('open', 'paid', 'packed');

CREATE TABLE order_items (
	order_id bigint NOT NULL REFERENCES orders (id) ON DELETE CASCADE,
	product_id uuid NOT NULL REFERENCES products (id),
	quantity integer NOT NULL,
	price decimal(12, 2) NOT NULL,
	PRIMARY KEY (order_id, product_id),
	CONSTRAINT check_quantity CHECK (quantity > 0)
);
CREATE INDEX idx_order_items_product ON order_items (product_id);

COMMENT ON TABLE orders IS 'One row for each order, from the basket to the door';
COMMENT ON COLUMN orders.user_id IS 'The customer: users.id in atriz_core';
COMMENT ON TABLE order_items IS 'What was ordered, at the price of that moment';

-- Down Migration
DROP TABLE order_items;
DROP TABLE orders;
