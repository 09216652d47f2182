-- How much there is to copy, by what the server remembers of its tables.
select coalesce(sum(relpages::bigint), 0)::bigint * current_setting('block_size')::bigint as bytes
  from pg_catalog.pg_class
 where relkind in ('r', 'm')
   and relpersistence <> 't'
   and oid >= 16384
