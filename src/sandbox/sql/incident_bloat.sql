-- Every row five times over, and nobody who clears away.
ALTER TABLE orders SET (autovacuum_enabled = false);
UPDATE orders SET updated_at = updated_at;
UPDATE orders SET updated_at = updated_at;
UPDATE orders SET updated_at = updated_at;
UPDATE orders SET updated_at = updated_at;
UPDATE orders SET updated_at = updated_at
