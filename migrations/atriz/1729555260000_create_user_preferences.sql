-- Up Migration
CREATE TABLE user_preferences (
	id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	user_id uuid NOT NULL REFERENCES user_profiles (user_id) ON DELETE CASCADE,
	key varchar(100) NOT NULL,
	value jsonb NOT NULL,
	updated_at timestamptz NOT NULL DEFAULT CURRENT_TIMESTAMP,
	UNIQUE (user_id, key)
);

COMMENT ON TABLE user_preferences IS 'One row for each thing that a user has set';

-- Down Migration
DROP TABLE user_preferences;
