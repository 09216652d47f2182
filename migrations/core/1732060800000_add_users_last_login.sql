-- Up Migration
ALTER TABLE users ADD COLUMN last_login_at timestamptz;
CREATE INDEX idx_users_last_login ON users (last_login_at) WHERE last_login_at IS NOT NULL;

COMMENT ON COLUMN users.last_login_at IS 'UTC; null: has never signed in';

-- Down Migration
ALTER TABLE users DROP COLUMN last_login_at;
