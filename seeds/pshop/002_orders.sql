-- Sixty days of orders; the customers are users 101 to 1200 of atriz_core.
CREATE TEMPORARY TABLE seed_lines ON COMMIT DROP AS
SELECT n, md5('order ' || n)::uuid AS reference, products.id AS product_id, 1 + (n + line) % 3 AS quantity, products.price
FROM generate_series(1, 6000) AS n
CROSS JOIN generate_series(1, 3) AS line
JOIN products ON products.sku = format('SKU-%s', lpad((1 + (n * 7 + line * 131) % 400)::text, 5, '0'));

INSERT INTO orders (reference, user_id, status, total, placed_at, updated_at)
SELECT reference, md5('user ' || (101 + n * 31 % 1100))::uuid,
	CASE WHEN n <= 12 THEN 'open' WHEN n <= 30 THEN 'paid' WHEN n <= 45 THEN 'sent' WHEN n % 29 = 0 THEN 'cancelled' ELSE 'done' END,
	sum(quantity * price), now() - n * INTERVAL '14 minutes', now() - n * INTERVAL '14 minutes'
FROM seed_lines
GROUP BY n, reference
ORDER BY n DESC
ON CONFLICT (reference) DO NOTHING;

INSERT INTO order_items (order_id, product_id, quantity, price)
SELECT orders.id, product_id, quantity, price
FROM seed_lines JOIN orders USING (reference)
ON CONFLICT DO NOTHING;
