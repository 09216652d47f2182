-- Tables that VACUUM and ANALYZE may go through, one by one, biggest last: so most of them are done early.
-- $1 is null, or a name ([SCHEMA.]NAME) that somebody typed. Parts of hypertables go with their root; partitions are their own.
-- A relation that somebody holds exclusively is not asked for its size: that would wait. Chunks are counted by pg_class.
with held as (
  select relation from pg_catalog.pg_locks
   where locktype = 'relation' and mode = 'AccessExclusiveLock' and granted and pid is distinct from pg_catalog.pg_backend_pid()
     and relation is not null
)
select c.oid::bigint as oid,
       n.nspname as schema,
       c.relname as name,
       c.relkind as kind,
       n.nspname || '.' || c.relname = $1 as is_full_name,
       pg_catalog.pg_table_is_visible(c.oid) as is_visible,
       pg_catalog.pg_has_role(c.relowner, 'USAGE')
         or (select pg_catalog.pg_has_role(d.datdba, 'USAGE') from pg_catalog.pg_database d where d.datname = pg_catalog.current_database())
         as may_vacuum,
       pg_catalog.pg_get_userbyid(c.relowner) as owner,
       case when c.oid in (select relation from held) then c.relpages::bigint * pg_catalog.current_setting('block_size')::bigint
            else pg_catalog.pg_table_size(c.oid) end
         + coalesce((select sum(k.relpages) from pg_catalog.pg_inherits i join pg_catalog.pg_class k on k.oid = i.inhrelid
                       join pg_catalog.pg_namespace kn on kn.oid = k.relnamespace
                      where i.inhparent = c.oid and kn.nspname ~ '^_timescaledb_'), 0)::bigint
           * pg_catalog.current_setting('block_size')::bigint as bytes,
       s.n_dead_tup as dead
  from pg_catalog.pg_class c
  join pg_catalog.pg_namespace n on n.oid = c.relnamespace
  left join pg_catalog.pg_stat_all_tables s on s.relid = c.oid
 where c.relkind in ('r', 'm', 'p')
   and c.relpersistence <> 't'
   and n.nspname <> 'information_schema'
   and pg_catalog.left(n.nspname, 3) <> 'pg_'
   and (n.nspname !~ '^_timescaledb_' or (n.nspname = '_timescaledb_internal' and c.relname ~ '^_materialized_hypertable_[0-9]+$'))
   and not exists (select from pg_catalog.pg_depend d
                    where d.classid = 'pg_catalog.pg_class'::regclass and d.objid = c.oid and d.deptype = 'e')
   and ($1::text is null or n.nspname || '.' || c.relname = $1 or c.relname = $1)
 order by bytes, n.nspname, c.relname
