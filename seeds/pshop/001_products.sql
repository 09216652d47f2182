INSERT INTO products (id, sku, name, price, stock)
SELECT md5('product ' || n)::uuid, format('SKU-%s', lpad(n::text, 5, '0')),
	(ARRAY['Olive oil', 'Coffee', 'Bread', 'Cheese', 'Tomatoes', 'Rice', 'Soap', 'Paper'])[1 + n % 8] || ' ' || n,
	round((1 + (n * 37 % 4900) / 100.0)::numeric, 2), 20 + n * 13 % 400
FROM generate_series(1, 400) AS n
ON CONFLICT (sku) DO NOTHING;
