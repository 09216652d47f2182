-- Indexes on disk, those of partitions, chunks and TOAST by themselves, and what speaks for building each anew. Waits for no lock.
-- root: the table that people know: the partitioned one, the hypertable. is_leftover: what a REINDEX CONCURRENTLY that was interrupted leaves beside an
-- index of that name. builders: who builds an index of that table now.
with held as (
  select relation from pg_catalog.pg_locks
   where locktype = 'relation' and mode = 'AccessExclusiveLock' and granted and pid is distinct from pg_catalog.pg_backend_pid()
     and relation is not null
), builders as (
  select l.relation, pg_catalog.string_agg(distinct p.pid::text, ', ') as pids
    from pg_catalog.pg_stat_progress_create_index p
    join pg_catalog.pg_locks l on l.pid = p.pid and l.locktype = 'relation' and l.mode in ('ShareUpdateExclusiveLock', 'ShareLock')
   group by l.relation
)
select i.oid::bigint as oid, n.nspname as schema, i.relname as index, c.oid::bigint as table_oid, c.relname as name,
       rn.nspname as root_schema, r.relname as root,
       pg_catalog.pg_has_role(c.relowner, 'USAGE')
         or case when pg_catalog.current_setting('server_version_num')::int >= 170000 then pg_catalog.has_table_privilege(c.oid, 'MAINTAIN') else false end
         as may_maintain,
       pg_catalog.pg_has_role(c.relowner, 'USAGE') as is_owner,
       pg_catalog.pg_get_userbyid(c.relowner) as owner,
       case when i.oid in (select relation from held) or c.oid in (select relation from held)
            then i.relpages::bigint * pg_catalog.current_setting('block_size')::bigint else pg_catalog.pg_relation_size(i.oid) end as bytes,
       x.indisvalid as is_valid,
       x.indisexclusion as is_exclusion,
       n.nspname = 'pg_toast' as is_toast,
       not x.indisvalid and exists (
         select from pg_catalog.pg_class o join pg_catalog.pg_index ox on ox.indexrelid = o.oid
          where ox.indrelid = c.oid and o.oid <> i.oid
            and i.relname ~ '_cc(new|old)[0-9]*$'
            and pg_catalog.starts_with(o.relname::text, pg_catalog.regexp_replace(i.relname::text, '_cc(new|old)[0-9]*$', ''))) as is_leftover,
       b.pids as builders,
       c.relname ~ '^(_?compress_hyper_|_compressed_hypertable_)' and n.nspname = '_timescaledb_internal' as is_compressed,
       exists (select from pg_catalog.pg_inherits h join pg_catalog.pg_class k on k.oid = h.inhrelid join pg_catalog.pg_namespace kn on kn.oid = k.relnamespace
                where h.inhparent = c.oid and c.relkind = 'r' and kn.nspname ~ '^_timescaledb_') as is_hypertable
  from pg_catalog.pg_index x
  join pg_catalog.pg_class i on i.oid = x.indexrelid
  join pg_catalog.pg_class c on c.oid = x.indrelid
  join pg_catalog.pg_namespace n on n.oid = i.relnamespace
  left join pg_catalog.pg_inherits up on up.inhrelid = c.oid and up.inhseqno = 1 and not c.relispartition
  join pg_catalog.pg_class r on r.oid = case when c.relispartition then coalesce(pg_catalog.pg_partition_root(c.oid)::oid, c.oid)
                                             else coalesce(up.inhparent, c.oid) end
  join pg_catalog.pg_namespace rn on rn.oid = r.relnamespace
  left join builders b on b.relation = c.oid
 where i.relkind = 'i'
   and i.relpersistence <> 't'
   and n.nspname <> 'information_schema'
   and (pg_catalog.left(n.nspname, 3) <> 'pg_' or (n.nspname = 'pg_toast' and not x.indisvalid))
   and (n.nspname !~ '^_timescaledb_' or n.nspname = '_timescaledb_internal')
   and not exists (select from pg_catalog.pg_depend d
                    where d.classid = 'pg_catalog.pg_class'::regclass and d.objid = c.oid and d.deptype = 'e')
 order by bytes, n.nspname, i.relname
