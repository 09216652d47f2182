-- What the tables $1 (oids as '{1,2}') have on disk, under their locks: one without a block holds no row, and whoever writes one makes a block. `bytes` with
-- indexes and TOAST, of each what holds the data: its maps are small, and each file that is asked for takes a moment in which everybody waits.
select c.oid::bigint as heap,
       s.heap_bytes,
       s.toast_bytes,
       case when s.heap_bytes > 0
            then s.heap_bytes + s.toast_bytes +
                 (select coalesce(pg_catalog.sum(pg_catalog.pg_relation_size(i.indexrelid)), 0)
                    from pg_catalog.pg_index i
                   where i.indrelid = any (array[c.oid, case when s.toast_bytes > 0 then c.reltoastrelid else 0 end]))
       end as bytes
  from pg_catalog.pg_class c,
       lateral (select pg_catalog.pg_relation_size(c.oid) as heap_bytes,
                       case when c.reltoastrelid <> 0 then pg_catalog.pg_relation_size(c.reltoastrelid) else 0 end as toast_bytes
                offset 0) as s
 where c.oid = any ($1::oid[])
