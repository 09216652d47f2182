-- Every index that a CREATE INDEX CONCURRENTLY or REINDEX CONCURRENTLY left behind when it failed: not valid, and no part of a partitioned one.
select c.oid::bigint as oid,
       pg_catalog.format('%I.%I', n.nspname, c.relname) as index,
       pg_catalog.format('%I.%I', tn.nspname, t.relname) as relation
  from pg_catalog.pg_index i
  join pg_catalog.pg_class c on c.oid = i.indexrelid
  join pg_catalog.pg_namespace n on n.oid = c.relnamespace
  join pg_catalog.pg_class t on t.oid = i.indrelid
  join pg_catalog.pg_namespace tn on tn.oid = t.relnamespace
 where not i.indisvalid
   and c.relkind = 'i'
 order by 2;
