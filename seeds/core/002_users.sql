-- A user's id is made of its number, so that the seeds of the other databases name the same people.
-- The hash is of no password: nobody can sign in with it.
INSERT INTO users (id, email, password_hash, name, email_verified, created_at, last_login_at)
SELECT
	md5('user ' || n)::uuid,
	CASE WHEN n = 1 THEN 'admin@atriz.dev' ELSE format('user%s@atriz.dev', n) END,
	'$2a$10$' || repeat('.', 53),
	CASE WHEN n = 1 THEN 'Admin User' ELSE
		(ARRAY['Ana', 'Luis', 'Marta', 'Jonas', 'Ines', 'Pavel', 'Noor', 'Tomas', 'Lea', 'Omar'])[1 + n % 10] || ' ' ||
		(ARRAY['Alvarez', 'Brandt', 'Costa', 'Dvorak', 'Eriksen', 'Fontana', 'Gruber', 'Haddad', 'Ivanov'])[1 + n % 9] END,
	n % 7 <> 0,
	date_trunc('hour', now()) - n * INTERVAL '7 hours',
	CASE WHEN n % 5 <> 0 THEN date_trunc('minute', now()) - n * INTERVAL '11 minutes' END
FROM generate_series(1, 1200) AS n
ON CONFLICT DO NOTHING;

INSERT INTO user_roles (user_id, role_id)
SELECT md5('user ' || n)::uuid, roles.id
FROM generate_series(1, 1200) AS n
JOIN roles ON roles.name = CASE WHEN n = 1 THEN 'admin' WHEN n <= 60 THEN 'driver' WHEN n <= 90 THEN 'courier' WHEN n <= 100 THEN 'shopkeeper' ELSE 'customer' END
JOIN users ON users.id = md5('user ' || n)::uuid
ON CONFLICT DO NOTHING;
