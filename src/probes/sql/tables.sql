-- One row a table, with its partitions folded into it. Never waits for a lock.
-- Sizes come from relpages in one pass (any other shape is a hundred times dearer). The fifty biggest are measured, but not those that
-- somebody holds or wants for itself: pg_total_relation_size() would stand in that queue. TimescaleDB's own schemas are left
-- out: tables_hypertables.sql folds them.
with wanted as materialized (
  select l.relation as oid from pg_locks l
  where l.locktype = 'relation' and l.mode = 'AccessExclusiveLock'
    and l.database = (select d.oid from pg_database d where d.datname = current_database())
), wanted_tables as (
  select w.oid from wanted w union select x.indrelid from pg_index x join wanted w on w.oid = x.indexrelid
), busy as materialized (
  select w.oid from wanted_tables w union select c.oid from pg_class c join wanted_tables w on w.oid = c.reltoastrelid
), rel as materialized (
  select c.oid, n.nspname, c.relname, c.relkind, c.reltoastrelid, c.relpages, c.reltuples,
         case when c.relispartition then pg_partition_root(c.oid)::oid else c.oid end as root
  from pg_class c join pg_namespace n on n.oid = c.relnamespace
  where c.relkind in ('r', 'p', 'm') and c.relpersistence <> 't'
    and n.nspname not in ('pg_catalog', 'information_schema', 'pgtend') and n.nspname not like '\_timescaledb\_%'
), ix as materialized (
  select x.indrelid, sum(i.relpages::bigint) as pages, sum(pg_stat_get_numscans(i.oid)) as scans
  from pg_index x join pg_class i on i.oid = x.indexrelid group by 1
), est as materialized (
  select r.*, current_setting('block_size')::bigint as block,
         coalesce(ix.pages, 0) as index_pages, coalesce(ix.scans, 0) as index_scans,
         coalesce(t.relpages, 0) + coalesce(tix.pages, 0) as toast_pages,
         pg_stat_get_live_tuples(r.oid) as live, pg_stat_get_dead_tuples(r.oid) as dead,
         greatest(pg_stat_get_last_vacuum_time(r.oid), pg_stat_get_last_autovacuum_time(r.oid)) as last_vacuum,
         greatest(pg_stat_get_last_analyze_time(r.oid), pg_stat_get_last_autoanalyze_time(r.oid)) as last_analyze,
         pg_stat_get_tuples_inserted(r.oid) + pg_stat_get_tuples_deleted(r.oid) as changes,
         b.oid is not null as is_busy
  from rel r
  left join ix on ix.indrelid = r.oid
  left join pg_class t on t.oid = r.reltoastrelid
  left join ix tix on tix.indrelid = t.oid
  left join busy b on b.oid = r.oid
), biggest as (
  -- a table that nobody ever analyzed has no pages yet: its rows speak for it
  select e.root from est e group by e.root
  order by sum(greatest((e.relpages + e.index_pages + e.toast_pages) * e.block, e.live * 64)) desc limit 50
), measurable as materialized (
  select e.oid, e.reltoastrelid from est e join biggest using (root)
  where e.relkind <> 'p' and not e.is_busy order by e.relpages desc limit 2000
), measured as materialized (
  select m.oid, pg_total_relation_size(m.oid) as total, pg_indexes_size(m.oid) as indexes,
         coalesce(pg_total_relation_size(nullif(m.reltoastrelid, 0)), 0) as toast
  from measurable m
), part as (
  select e.*,
         coalesce(m.total, (e.relpages + e.index_pages + e.toast_pages) * e.block) as total,
         coalesce(m.indexes, e.index_pages * e.block) as indexes,
         coalesce(m.toast, e.toast_pages * e.block) as toast,
         m.total is not null or e.relkind = 'p' as is_exact
  from est e left join measured m on m.oid = e.oid
)
select min(p.nspname) filter (where p.oid = p.root) as schema, min(p.relname) filter (where p.oid = p.root) as name, p.root as oid,
       case min(p.relkind::text) filter (where p.oid = p.root) when 'p' then 'partitioned' when 'm' then 'matview' else 'table' end as kind,
       nullif(count(*) filter (where p.relkind <> 'p' and p.oid <> p.root), 0) as parts,
       -- rows that nobody counted yet are not zero rows
       case when not bool_or(p.live = 0 and p.changes = 0 and p.reltuples < 0 and p.total > p.indexes + p.toast)
            then sum(case when p.relkind = 'p' then 0
                          when p.changes > 0 or p.last_vacuum is not null or p.last_analyze is not null then p.live
                          else greatest(p.reltuples, 0) end)::bigint end as rows,
       sum(p.dead)::bigint as dead,
       sum(p.total)::bigint as total_bytes, sum(p.total - p.indexes - p.toast)::bigint as heap_bytes,
       sum(p.indexes)::bigint as index_bytes, sum(p.toast)::bigint as toast_bytes,
       bool_and(p.is_exact) as is_exact, bool_or(p.is_busy) as is_busy,
       max(p.last_vacuum) as last_vacuum, max(p.last_analyze) as last_analyze,
       sum(pg_stat_get_numscans(p.oid))::bigint as seq_scans, sum(p.index_scans)::bigint as idx_scans
from part p
group by p.root
having bool_or(p.oid = p.root)
order by total_bytes desc, schema, name
