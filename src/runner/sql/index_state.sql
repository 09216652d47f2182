-- The index that CREATE INDEX CONCURRENTLY would make, if it is there. $1 its name, or null: every one that is not valid; $2 its table as SQL
-- names it: one of the same name on another table is none of ours. Somebody who builds it now holds a lock on the table.
select pg_catalog.format('%I.%I', n.nspname, c.relname) as index,
       i.indisvalid as is_valid
  from pg_catalog.pg_index i
  join pg_catalog.pg_class c on c.oid = i.indexrelid
  join pg_catalog.pg_namespace n on n.oid = c.relnamespace
 where i.indrelid = pg_catalog.to_regclass($2)
   and case when $1::text is null then not i.indisvalid else c.relname = $1 end;
