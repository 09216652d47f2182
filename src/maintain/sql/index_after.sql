-- An index after it was built anew: concurrently it is another one under the same name.
select i.oid::bigint as oid, x.indisvalid as is_valid, pg_catalog.pg_relation_size(i.oid) as bytes
  from pg_catalog.pg_class i
  join pg_catalog.pg_namespace n on n.oid = i.relnamespace
  join pg_catalog.pg_index x on x.indexrelid = i.oid
 where n.nspname = $1 and i.relname = $2
