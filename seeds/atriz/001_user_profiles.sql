INSERT INTO user_profiles (user_id, display_name, avatar_url, locale, time_zone, bio)
SELECT
	md5('user ' || n)::uuid,
	format('Member %s', n),
	CASE WHEN n % 3 = 0 THEN format('https://cdn.atriz.example/avatars/%s.webp', n) END,
	(ARRAY['en', 'es', 'gl', 'pt', 'de'])[1 + n % 5],
	(ARRAY['UTC', 'Europe/Madrid', 'Europe/Lisbon', 'America/Mexico_City'])[1 + n % 4],
	CASE WHEN n % 2 = 0 THEN repeat('Likes long roads and short queues. ', 1 + n % 6) END
FROM generate_series(1, 1200) AS n
ON CONFLICT (user_id) DO NOTHING;
