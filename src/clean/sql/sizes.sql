-- What the relations $1 (oids as '{1,2}') take on disk. Those that somebody holds exclusively are left out: asking would wait.
with held as (
  select relation from pg_catalog.pg_locks
   where locktype = 'relation' and mode = 'AccessExclusiveLock' and granted and pid is distinct from pg_catalog.pg_backend_pid()
     and database = (select oid from pg_catalog.pg_database where datname = pg_catalog.current_database())
)
select c.oid::bigint as sized,
       pg_catalog.pg_total_relation_size(c.oid) as bytes
  from pg_catalog.pg_class c
 where c.oid = any ($1::oid[])
   and c.oid not in (select relation from held where relation is not null)
