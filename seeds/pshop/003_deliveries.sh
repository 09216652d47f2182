#!/bin/sh
# A seed may be any program: the connection stands in its environment (PGHOST, PGPORT, PGUSER, PGDATABASE).
set -eu
exec psql -X -q -v ON_ERROR_STOP=1 --single-transaction -f - <<'SQL'
INSERT INTO deliveries (id, order_id, courier_id, device_id, status, address, picked_up_at, delivered_at, created_at)
SELECT md5('delivery ' || orders.reference)::uuid, orders.id,
	md5('user ' || (61 + orders.id % 6))::uuid, md5('device ' || (13 + orders.id % 6))::uuid,
	CASE orders.status WHEN 'done' THEN 'delivered' WHEN 'sent' THEN 'underway' ELSE 'waiting' END,
	jsonb_build_object('street', format('Rua %s', orders.id % 90), 'number', 1 + orders.id % 120, 'city', 'A Coruña'),
	CASE WHEN orders.status IN ('done', 'sent') THEN orders.placed_at + INTERVAL '40 minutes' END,
	CASE WHEN orders.status = 'done' THEN orders.placed_at + INTERVAL '65 minutes' END,
	orders.placed_at
FROM orders
WHERE orders.status IN ('paid', 'packed', 'sent', 'done')
ON CONFLICT DO NOTHING;
SQL
