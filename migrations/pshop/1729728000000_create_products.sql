-- Up Migration
CREATE TABLE products (
	id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
	sku varchar(40) NOT NULL UNIQUE,
	name varchar(255) NOT NULL,
	price decimal(12, 2) NOT NULL,
	currency char(3) NOT NULL DEFAULT 'EUR',
	stock integer NOT NULL DEFAULT 0,
	is_active boolean NOT NULL DEFAULT true,
	created_at timestamptz NOT NULL DEFAULT CURRENT_TIMESTAMP,
	updated_at timestamptz NOT NULL DEFAULT CURRENT_TIMESTAMP,
	CONSTRAINT check_price CHECK (price >= 0),
	CONSTRAINT check_stock CHECK (stock >= 0)
);
CREATE INDEX idx_products_name ON products (lower(name));

COMMENT ON TABLE products IS 'What the shops sell';

-- Down Migration
DROP TABLE products;
