-- Up Migration
CREATE TABLE auth_tokens (
	id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
	user_id uuid NOT NULL REFERENCES users (id) ON DELETE CASCADE,
	token_type varchar(20) NOT NULL,
	token_hash varchar(64) NOT NULL UNIQUE,
	expires_at timestamptz NOT NULL,
	revoked_at timestamptz,
	created_at timestamptz NOT NULL DEFAULT CURRENT_TIMESTAMP,
	CONSTRAINT check_token_type CHECK (token_type IN ('access', 'refresh', 'reset', 'verify'))
);
CREATE INDEX idx_auth_tokens_user ON auth_tokens (user_id);
CREATE INDEX idx_auth_tokens_expires ON auth_tokens (expires_at) WHERE revoked_at IS NULL;

COMMENT ON TABLE auth_tokens IS 'Tokens handed out, by their hash, so that one can be taken back before it ends';

-- Down Migration
DROP TABLE auth_tokens;
