-- Up Migration
CREATE TABLE users (
	id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
	email varchar(255) NOT NULL UNIQUE,
	password_hash varchar(255) NOT NULL,
	name varchar(255) NOT NULL,
	email_verified boolean NOT NULL DEFAULT false,
	is_active boolean NOT NULL DEFAULT true,
	created_at timestamptz NOT NULL DEFAULT CURRENT_TIMESTAMP,
	updated_at timestamptz NOT NULL DEFAULT CURRENT_TIMESTAMP
);
CREATE INDEX idx_users_created ON users (created_at);

COMMENT ON TABLE users IS 'Everybody who signs in, for all applications. Other databases name a user by user_id without a foreign key.';
COMMENT ON COLUMN users.password_hash IS 'bcrypt; never the password itself';

-- Down Migration
DROP TABLE users;
