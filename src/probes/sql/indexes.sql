-- One row an index of the user's, those of partitions folded into the index of their table. Never waits for a lock.
-- Sizes come from relpages; the hundred biggest are measured, but not those that somebody holds or wants for itself, and
-- pg_get_indexdef() is not asked at all: both would stand in that queue. TimescaleDB's own schemas are left out: indexes_hypertables.sql folds them.
with wanted as materialized (
  select l.relation as oid from pg_locks l
  where l.locktype = 'relation' and l.mode = 'AccessExclusiveLock'
    and l.database = (select d.oid from pg_database d where d.datname = current_database())
), builders as materialized (
  -- without rights on a session its pid is all that is told; its lock says which table it is at, and each index of it may be the one
  select distinct l.relation as oid, nullif(p.index_relid, 0) as index_oid from pg_stat_progress_create_index p join pg_locks l on l.pid = p.pid
  where l.locktype = 'relation' and l.mode in ('ShareUpdateExclusiveLock', 'ShareLock')
), once as materialized (
  select (select coalesce(s.stats_reset, pg_postmaster_start_time()) from pg_stat_database s where s.datname = current_database()) as stats_since,
         (select count(*) from pg_stat_replication r where r.state is distinct from 'backup'
            and not exists (select from pg_replication_slots l where l.active_pid = r.pid and l.slot_type = 'logical')) as streaming
), bound as materialized (
  select distinct k.conindid as oid from pg_constraint k where k.conindid <> 0
), ix as materialized (
  select i.oid, i.relname, i.relkind, i.relam, i.relpages, i.reltuples, i.reloptions, x.indrelid, x.indkey, x.indnkeyatts, x.indclass, x.indcollation,
         x.indoption, x.indisunique, x.indisprimary, x.indisvalid, x.indisreplident, x.indexprs, x.indpred,
         case when i.relispartition then pg_partition_root(i.oid)::oid else i.oid end as root
  from pg_index x join pg_class i on i.oid = x.indexrelid join pg_namespace n on n.oid = i.relnamespace
  where i.relpersistence <> 't' and n.nspname not in ('pg_catalog', 'information_schema', 'pg_toast', 'pgtend') and n.nspname !~ '^_timescaledb_'
), measured as materialized (
  select m.oid, pg_relation_size(m.oid) as bytes
  from (select ix.oid from ix where ix.relkind = 'i' and ix.oid not in (select w.oid from wanted w)
        order by ix.relpages desc limit 100) m
), folded as (
  select ix.root, count(*) filter (where ix.oid <> ix.root and ix.relkind = 'i') as parts,
         sum(coalesce(m.bytes, ix.relpages * b.block))::bigint as bytes, bool_and(m.oid is not null or ix.relkind = 'I') as is_exact,
         sum(pg_stat_get_numscans(ix.oid))::bigint as scans, sum(pg_stat_get_tuples_returned(ix.oid))::bigint as rows_read,
         sum(pg_stat_get_tuples_fetched(ix.oid))::bigint as rows_fetched,
         bool_and(ix.indisvalid) as is_valid, bool_or(exists (select from builders o where o.oid = ix.indrelid and coalesce(o.index_oid, ix.oid) = ix.oid)) as is_building
  from ix cross join (select current_setting('block_size')::bigint as block) b left join measured m on m.oid = ix.oid
  group by ix.root
)
select n.nspname as schema, c.relname as table, ix.relname as name, ix.oid, c.oid as table_oid, a.amname as method,
       (select array_agg(coalesce(t.attname, '(expression)') order by k.place)
        from unnest(ix.indkey::int2[]) with ordinality k(attnum, place) left join pg_attribute t on t.attrelid = c.oid and t.attnum = k.attnum and k.attnum <> 0
        where k.place <= ix.indnkeyatts) as columns,
       case when ix.relkind = 'I' then f.parts end as parts, f.bytes as size_bytes, f.is_exact, f.scans, f.rows_read, f.rows_fetched,
       w.stats_since, w.streaming as unseen_standbys, ix.indisunique as is_unique, ix.indisprimary as is_primary,
       ix.indisprimary or ix.oid in (select k.oid from bound k) as is_constraint, ix.indisreplident as is_replica_identity,
       ix.indpred is not null as is_partial, f.is_valid, f.is_building,
       ix.indkey::text as keys, ix.indnkeyatts as key_count, ix.indclass::text as classes, ix.indcollation::text as collations, ix.indoption::text as options,
       regexp_replace(ix.indexprs::text, ':location -?\d+', '', 'g') as expressions,
       regexp_replace(ix.indpred::text, ':location -?\d+', '', 'g') as predicate, ix.reloptions::text as storage
from ix join folded f on f.root = ix.oid join pg_class c on c.oid = ix.indrelid join pg_namespace n on n.oid = c.relnamespace join pg_am a on a.oid = ix.relam
  cross join once w
