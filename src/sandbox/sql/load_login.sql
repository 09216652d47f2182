-- Wants the same row.
UPDATE users SET updated_at = now() WHERE id = md5('user 1')::uuid
