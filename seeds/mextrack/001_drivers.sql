INSERT INTO drivers (id, user_id, licence_number, licence_expires_at, phone)
SELECT md5('driver ' || n)::uuid, md5('user ' || n)::uuid, format('MX-%s', 100000 + n * 37),
	date_trunc('day', now()) + n * INTERVAL '19 days', format('+34 600 %s', 100000 + n)
FROM generate_series(2, 60) AS n
ON CONFLICT DO NOTHING;
