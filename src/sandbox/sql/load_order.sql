-- A customer orders three things; an older order moves one step on.
WITH basket AS (
	SELECT id, price, 1 + (random() * 3)::integer AS quantity FROM products ORDER BY random() LIMIT 3
), placed AS (
	INSERT INTO orders (user_id, total)
	SELECT md5('user ' || (101 + (random() * 1000)::integer))::uuid, sum(quantity * price) FROM basket
	RETURNING id
), items AS (
	INSERT INTO order_items (order_id, product_id, quantity, price)
	SELECT placed.id, basket.id, basket.quantity, basket.price FROM placed, basket
)
UPDATE orders
SET status = CASE status WHEN 'open' THEN 'paid' WHEN 'paid' THEN 'packed' WHEN 'packed' THEN 'sent' ELSE 'done' END, updated_at = clock_timestamp()
WHERE id = (SELECT id FROM orders WHERE status IN ('open', 'paid', 'packed', 'sent') ORDER BY updated_at LIMIT 1 FOR UPDATE SKIP LOCKED)
