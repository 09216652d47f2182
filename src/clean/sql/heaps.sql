-- What the tables $1 (oids as '{1,2}') have on disk, under their locks: one without a block holds no row, and whoever writes one makes a block.
select c.oid::bigint as heap,
       pg_catalog.pg_relation_size(c.oid) as heap_bytes,
       case when c.reltoastrelid <> 0 then pg_catalog.pg_relation_size(c.reltoastrelid) else 0 end as toast_bytes
  from pg_catalog.pg_class c
 where c.oid = any ($1::oid[])
