-- Up Migration
CREATE TABLE roles (
	id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
	name varchar(50) NOT NULL UNIQUE,
	description text NOT NULL DEFAULT '',
	created_at timestamptz NOT NULL DEFAULT CURRENT_TIMESTAMP
);
CREATE TABLE user_roles (
	id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
	user_id uuid NOT NULL REFERENCES users (id) ON DELETE CASCADE,
	role_id uuid NOT NULL REFERENCES roles (id) ON DELETE RESTRICT,
	granted_at timestamptz NOT NULL DEFAULT CURRENT_TIMESTAMP,
	UNIQUE (user_id, role_id)
);
CREATE INDEX idx_user_roles_role ON user_roles (role_id);

COMMENT ON TABLE roles IS 'What somebody may be: admin, driver, shopkeeper, customer';
COMMENT ON TABLE user_roles IS 'Who is what';

-- Down Migration
DROP TABLE user_roles;
DROP TABLE roles;
