-- The index that CREATE INDEX CONCURRENTLY would make, if it is there. $1 its name, or null: every one of the table that is not valid; $2 the
-- table as SQL names it. Somebody who builds it now holds a lock on it.
select pg_catalog.format('%I.%I', n.nspname, c.relname) as index,
       i.indisvalid as is_valid
  from pg_catalog.pg_index i
  join pg_catalog.pg_class c on c.oid = i.indexrelid
  join pg_catalog.pg_class t on t.oid = i.indrelid
  join pg_catalog.pg_namespace n on n.oid = c.relnamespace
 where t.relnamespace = c.relnamespace
   and case when $1::text is null then t.oid = pg_catalog.to_regclass($2) and not i.indisvalid
            else c.relname = $1 and c.relnamespace = (select r.relnamespace from pg_catalog.pg_class r where r.oid = pg_catalog.to_regclass($2)) end;
