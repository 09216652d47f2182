INSERT INTO auth_tokens (user_id, token_type, token_hash, expires_at, revoked_at, created_at)
SELECT
	users.id,
	CASE WHEN n % 4 = 0 THEN 'refresh' ELSE 'access' END,
	encode(sha256(convert_to(format('token %s of %s', n, users.id), 'UTF8')), 'hex'),
	now() + (n - 3) * INTERVAL '4 hours',
	CASE WHEN n = 2 THEN now() END,
	now() - n * INTERVAL '1 hour'
FROM users CROSS JOIN generate_series(1, 5) AS n
WHERE users.email LIKE '%@atriz.dev'
ON CONFLICT (token_hash) DO NOTHING;
