-- Up Migration
CREATE TABLE user_profiles (
	user_id uuid PRIMARY KEY,
	display_name varchar(255) NOT NULL,
	avatar_url varchar(500),
	locale varchar(10) NOT NULL DEFAULT 'en',
	time_zone varchar(64) NOT NULL DEFAULT 'UTC',
	bio text,
	created_at timestamptz NOT NULL DEFAULT CURRENT_TIMESTAMP,
	updated_at timestamptz NOT NULL DEFAULT CURRENT_TIMESTAMP
);
CREATE INDEX idx_user_profiles_name ON user_profiles (lower(display_name));

COMMENT ON TABLE user_profiles IS 'What a user shows of themselves on the web site';
COMMENT ON COLUMN user_profiles.user_id IS 'users.id in atriz_core; a foreign key cannot cross databases';
COMMENT ON COLUMN user_profiles.time_zone IS 'For display only: every time is stored in UTC';

-- Down Migration
DROP TABLE user_profiles;
