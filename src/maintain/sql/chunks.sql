-- The chunks of hypertable $1.$2, oldest first, and whether their rows lie compressed elsewhere: then there is nothing in them to work on.
select c.chunk_schema as schema, c.chunk_name as name, c.is_compressed, k.oid::bigint as oid,
       k.relpages::bigint * pg_catalog.current_setting('block_size')::bigint as bytes
  from timescaledb_information.chunks c
  join pg_catalog.pg_namespace n on n.nspname = c.chunk_schema
  join pg_catalog.pg_class k on k.relnamespace = n.oid and k.relname = c.chunk_name
 where c.hypertable_schema = $1 and c.hypertable_name = $2
 order by c.range_start, c.range_start_integer, k.oid
