-- Tables that VACUUM and ANALYZE may go through, one by one, biggest last: so most of them are done early.
-- $1 is null, or a name ([SCHEMA.]NAME) that somebody typed. Parts of hypertables go with their root; partitions are their own.
-- A relation that somebody holds exclusively is not asked for its size: that would wait. Chunks are counted by pg_class.
-- MAINTAIN may be granted from PostgreSQL 17 on; before, the word alone is a mistake.
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
         or case when pg_catalog.current_setting('server_version_num')::int >= 170000 then pg_catalog.has_table_privilege(c.oid, 'MAINTAIN') else false end
         as may_maintain,
       pg_catalog.pg_get_userbyid(c.relowner) as owner,
       case when c.oid in (select relation from held) then c.relpages::bigint * pg_catalog.current_setting('block_size')::bigint
            else pg_catalog.pg_table_size(c.oid) end
         + coalesce(h.pages, 0) * pg_catalog.current_setting('block_size')::bigint as bytes,
       coalesce(pg_catalog.pg_stat_get_dead_tuples(c.oid), 0) + coalesce(h.dead, 0) as dead,
       coalesce(h.parts, 0) as parts,
       case when h.parts > 0 then h.mods
            when c.relkind = 'p' then 1
            else coalesce(pg_catalog.pg_stat_get_mod_since_analyze(c.oid), 0)
              + (pg_catalog.pg_stat_get_last_analyze_time(c.oid) is null and pg_catalog.pg_stat_get_last_autoanalyze_time(c.oid) is null)::int end as changed
  from pg_catalog.pg_class c
  join pg_catalog.pg_namespace n on n.oid = c.relnamespace
  left join lateral (
    select count(*) as parts, sum(k.relpages)::bigint as pages, sum(pg_catalog.pg_stat_get_dead_tuples(k.oid))::bigint as dead,
           sum(pg_catalog.pg_stat_get_mod_since_analyze(k.oid) + (pg_catalog.pg_stat_get_last_analyze_time(k.oid) is null
             and pg_catalog.pg_stat_get_last_autoanalyze_time(k.oid) is null)::int)::bigint as mods
      from pg_catalog.pg_inherits i
      join pg_catalog.pg_class k on k.oid = i.inhrelid
      join pg_catalog.pg_namespace kn on kn.oid = k.relnamespace
     where i.inhparent = c.oid and kn.nspname ~ '^_timescaledb_') h on c.relkind = 'r'
 where c.relkind in ('r', 'm', 'p')
   and c.relpersistence <> 't'
   and n.nspname <> 'information_schema'
   and pg_catalog.left(n.nspname, 3) <> 'pg_'
   and (n.nspname !~ '^_timescaledb_' or (n.nspname = '_timescaledb_internal' and c.relname ~ '^_materialized_hypertable_[0-9]+$'))
   and not exists (select from pg_catalog.pg_depend d
                    where d.classid = 'pg_catalog.pg_class'::regclass and d.objid = c.oid and d.deptype = 'e')
   and ($1::text is null or n.nspname || '.' || c.relname = $1 or c.relname = $1)
 order by bytes, n.nspname, c.relname
