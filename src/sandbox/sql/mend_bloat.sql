ALTER TABLE orders RESET (autovacuum_enabled)
