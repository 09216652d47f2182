-- The columns of one table ($1: its oid), in their order.
select a.attname as name,
       a.attgenerated <> '' as is_generated,
       a.attnotnull as is_not_null,
       a.attnotnull and not a.atthasdef and a.attidentity = '' and (t.typtype <> 'd' or t.typdefault is null) as is_needed,
       exists (select from pg_catalog.pg_index i
                where i.indrelid = a.attrelid and i.indisunique and i.indisvalid and a.attnum = any (i.indkey)) as is_key
  from pg_catalog.pg_attribute a
  join pg_catalog.pg_type t on t.oid = a.atttypid
 where a.attrelid = $1::oid and a.attnum > 0 and not a.attisdropped
 order by a.attnum;
