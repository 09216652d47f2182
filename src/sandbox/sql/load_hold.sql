-- Somebody changes a row and thinks; COMMIT comes later.
BEGIN;
UPDATE users SET last_login_at = now() WHERE id = md5('user 1')::uuid
