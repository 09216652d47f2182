-- Chunks whose rows lie compressed elsewhere.
select c.chunk_schema as schema, c.chunk_name as name from timescaledb_information.chunks c where c.is_compressed
