-- Those of the tables $1 (oids as '{1,2}') that have a block on disk.
select o.oid::bigint as filled
  from pg_catalog.unnest($1::oid[]) as o (oid)
 where pg_catalog.pg_relation_size(o.oid) > 0
