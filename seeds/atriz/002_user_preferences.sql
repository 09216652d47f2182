INSERT INTO user_preferences (user_id, key, value)
SELECT user_id, key, value
FROM user_profiles
CROSS JOIN (VALUES
	('theme', '"dark"'::jsonb),
	('newsletter', 'true'::jsonb),
	('map', '{"zoom": 12, "layer": "roads"}'::jsonb)) AS preference (key, value)
ON CONFLICT (user_id, key) DO NOTHING;
