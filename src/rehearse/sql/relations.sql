-- Everything that has rows, an index or a place of its own: what a rehearsal compares with. Chunks and partitions have their root's oid as root.
with recursive up (oid, root) as (
  select i.inhrelid, i.inhparent from pg_catalog.pg_inherits i
  union
  select u.oid, i.inhparent from up u join pg_catalog.pg_inherits i on i.inhrelid = u.root
), roots as (
  select u.oid, pg_catalog.min(u.root) as root
    from up u
   where not exists (select from pg_catalog.pg_inherits i where i.inhrelid = u.root)
   group by u.oid
)
select c.oid,
       n.nspname as schema,
       c.relname as name,
       c.relkind as kind,
       pg_catalog.pg_relation_filenode(c.oid) as filenode,
       case when c.relkind = 'i' then (select x.indrelid from pg_catalog.pg_index x where x.indexrelid = c.oid)
            else (select r.root from roots r where r.oid = c.oid)
       end as root
  from pg_catalog.pg_class c
  join pg_catalog.pg_namespace n on n.oid = c.relnamespace
 where c.relkind in ('r', 'p', 'm', 'v', 'f', 'S', 'i', 'I')
   and n.nspname not in ('pg_catalog', 'information_schema', 'pg_toast')
   and n.nspname !~ '^pg_(toast_)?temp_'
   and ($1::text is null or c.oid = any ($1::oid[]))
