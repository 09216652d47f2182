-- Partitions, chunks and inheriting tables with their parents: TRUNCATE of a parent empties them too.
select i.inhrelid::bigint as child,
       i.inhparent::bigint as parent
  from pg_catalog.pg_inherits i
  join pg_catalog.pg_class c on c.oid = i.inhrelid
 where c.relkind in ('r', 'p', 'f')
