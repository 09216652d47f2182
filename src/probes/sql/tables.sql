-- One row a table, with its partitions folded into it: of those whose numbers are given ($1), or of all (null). Never waits for a lock.
-- Sizes come from relpages in one pass (any other shape is a hundred times dearer). The fifty biggest are measured, but not those that
-- somebody holds or wants for itself: pg_total_relation_size() would stand in that queue. TimescaleDB's own schemas are left
-- out: tables_hypertables.sql folds them.
with recursive tree as (
  select u.oid, u.oid as root from unnest($1::oid[]) u(oid)
  union all
  select i.inhrelid, t.root from tree t join pg_inherits i on i.inhparent = t.oid join pg_class c on c.oid = i.inhrelid and c.relispartition
), chosen as materialized (
  select c.oid, case when c.relispartition then pg_partition_root(c.oid)::oid else c.oid end as root
  from pg_class c where $1::oid[] is null and c.relkind in ('r', 'p', 'm') and c.relpersistence <> 't'
  union all select t.oid, t.root from tree t
), member as materialized (
  select ch.root, c.oid, c.relnamespace, c.relname, c.relkind, c.relispartition, c.reltuples, c.reltoastrelid, greatest(c.relpages, 0) as relpages -- -1: partitioned
  from chosen ch join pg_class c on c.oid = ch.oid
), heap as materialized (
  select m.oid from member m union all select m.reltoastrelid from member m where m.reltoastrelid <> 0
), wanted as materialized (
  select l.relation as oid from pg_locks l
  where l.locktype = 'relation' and l.mode = 'AccessExclusiveLock'
    and l.database = (select d.oid from pg_database d where d.datname = current_database())
), wanted_tables as (
  select w.oid from wanted w union select x.indrelid from pg_index x join wanted w on w.oid = x.indexrelid
), busy as materialized (
  select w.oid from wanted_tables w union select c.oid from pg_class c join wanted_tables w on w.oid = c.reltoastrelid
), ix as (
  -- of all in one pass; of a few each by itself, which is dearer for all
  select x.indrelid, sum(i.relpages) as pages, sum(pg_stat_get_numscans(i.oid))::bigint as scans
  from pg_index x join pg_class i on i.oid = x.indexrelid
  where $1::oid[] is null group by 1
  union all
  select x.indrelid, sum(i.relpages), sum(pg_stat_get_numscans(i.oid))::bigint
  from heap h cross join lateral (select k.indrelid, k.indexrelid from pg_index k where k.indrelid = h.oid offset 0) x join pg_class i on i.oid = x.indexrelid
  where $1::oid[] is not null group by 1
), rel as materialized (
  select c.oid, n.nspname, c.relname, c.relkind, c.reltuples, c.reltoastrelid, c.relpages,
         coalesce(ix.pages, 0) as index_pages, coalesce(ix.scans, 0) as index_scans,
         coalesce(t.relpages, 0) + coalesce(tix.pages, 0) as toast_pages,
         not c.relispartition and c.relkind <> 'p' as is_whole,
         c.root
  from member c join pg_namespace n on n.oid = c.relnamespace
  left join ix on ix.indrelid = c.oid
  left join pg_class t on t.oid = c.reltoastrelid
  left join ix tix on tix.indrelid = t.oid
  where n.nspname not in ('pg_catalog', 'information_schema', 'pgtend') and n.nspname !~ '^_timescaledb_'
), guess as (
  -- a table that nobody ever analyzed has no pages yet: its rows speak for it, a hundred on a page
  select r.root, r.is_whole, case when r.reltuples < 0 then greatest(r.relpages, pg_stat_get_live_tuples(r.oid) / 100)
                                  else r.relpages end + r.index_pages + r.toast_pages as pages
  from rel r
), biggest as (
  select g.root, g.pages from guess g where g.is_whole
  union all select g.root, sum(g.pages) from guess g where not g.is_whole group by g.root
  order by pages desc limit 50
), measurable as materialized (
  select r.oid, r.reltoastrelid from rel r join biggest using (root)
  where r.relkind <> 'p' and r.oid not in (select b.oid from busy b) order by r.relpages desc limit 2000
), measured as materialized (
  select m.oid, pg_total_relation_size(m.oid) as total, pg_indexes_size(m.oid) as indexes,
         coalesce(pg_total_relation_size(nullif(m.reltoastrelid, 0)), 0) as toast
  from measurable m
), part as (
  select r.root, r.oid, r.nspname, r.relname, r.relkind, r.is_whole, r.reltuples, r.index_scans,
         coalesce(m.total, (r.relpages + r.index_pages + r.toast_pages) * b.block) as total,
         coalesce(m.indexes, r.index_pages * b.block) as indexes,
         coalesce(m.toast, r.toast_pages * b.block) as toast,
         m.oid is not null or r.relkind = 'p' as is_exact, r.oid in (select u.oid from busy u) as is_busy,
         pg_stat_get_live_tuples(r.oid) as live, pg_stat_get_dead_tuples(r.oid) as dead,
         pg_stat_get_tuples_inserted(r.oid) + pg_stat_get_tuples_deleted(r.oid) as changes, pg_stat_get_numscans(r.oid) as scans,
         greatest(pg_stat_get_last_vacuum_time(r.oid), pg_stat_get_last_autovacuum_time(r.oid)) as last_vacuum,
         greatest(pg_stat_get_last_analyze_time(r.oid), pg_stat_get_last_autoanalyze_time(r.oid)) as last_analyze
  from rel r cross join (select current_setting('block_size')::bigint as block) b left join measured m on m.oid = r.oid
  offset 0
), counted as (
  -- rows that nobody counted yet are not zero rows
  select p.*, case when p.relkind = 'p' then 0
                   when p.changes > 0 or p.last_vacuum is not null or p.last_analyze is not null then p.live
                   when p.reltuples >= 0 then p.reltuples::bigint
                   when p.live > 0 or p.total <= p.indexes + p.toast then p.live end as rows
  from part p
)
select c.nspname as schema, c.relname as name, c.oid, case c.relkind when 'm' then 'matview' else 'table' end as kind, null::bigint as parts,
       c.rows, c.dead, c.total as total_bytes, c.total - c.indexes - c.toast as heap_bytes, c.indexes as index_bytes, c.toast as toast_bytes,
       c.is_exact, c.is_busy, c.last_vacuum, c.last_analyze, c.scans as seq_scans, c.index_scans as idx_scans
from counted c
where c.is_whole
union all
select min(c.nspname::text) filter (where c.oid = c.root), min(c.relname::text) filter (where c.oid = c.root), c.root, 'partitioned',
       count(*) filter (where c.relkind <> 'p'),
       case when bool_and(c.rows is not null) then sum(c.rows)::bigint end, sum(c.dead)::bigint,
       sum(c.total)::bigint, sum(c.total - c.indexes - c.toast)::bigint, sum(c.indexes)::bigint, sum(c.toast)::bigint,
       bool_and(c.is_exact), bool_or(c.is_busy), max(c.last_vacuum), max(c.last_analyze), sum(c.scans)::bigint, sum(c.index_scans)::bigint
from counted c
where not c.is_whole
group by c.root
having bool_or(c.oid = c.root)
