-- One row a hypertable or continuous aggregate, with its chunks and their compressed halves folded into it. Never waits for a lock.
-- As tables_hypertables.sql, from the public views: for catalogs of a shape that pgtend does not know, or may not read. Compressed halves are not to be
-- found then, so hypertables that have some have no size.
with wanted as materialized (
  select l.relation as oid from pg_locks l
  where l.locktype = 'relation' and l.mode = 'AccessExclusiveLock'
    and l.database = (select d.oid from pg_database d where d.datname = current_database())
), wanted_tables as (
  select w.oid from wanted w union select x.indrelid from pg_index x join wanted w on w.oid = x.indexrelid
), busy as materialized (
  select w.oid from wanted_tables w union select c.oid from pg_class c join wanted_tables w on w.oid = c.reltoastrelid
), own as (
  select v.hypertable_schema as own_schema, v.hypertable_name as own_name, v.hypertable_schema as schema, v.hypertable_name as name, false as is_aggregate
  from timescaledb_information.hypertables v
  union all
  select a.materialization_hypertable_schema, a.materialization_hypertable_name, a.view_schema, a.view_name, true
  from timescaledb_information.continuous_aggregates a
), ht as (
  select c.oid, own.schema, own.name, own.is_aggregate
  from own join pg_namespace n on n.nspname = own.own_schema join pg_class c on c.relnamespace = n.oid and c.relname = own.own_name
), state as (
  select to_regclass(format('%I.%I', k.chunk_schema, k.chunk_name))::oid as relid
  from timescaledb_information.chunks k where k.is_compressed
), ch as (
  select ht.oid as root, i.inhrelid as relid, state.relid is not null as is_emptied
  from ht join pg_inherits i on i.inhparent = ht.oid left join state on state.relid = i.inhrelid
), rel as (
  select root, relid, 'chunk' as part, is_emptied from ch
  union all select oid, oid, 'root', false from ht
), ix as (
  select x.indrelid, sum(i.relpages::bigint) as pages, sum(pg_stat_get_numscans(i.oid)) as scans
  from pg_index x join pg_class i on i.oid = x.indexrelid group by 1
), est as materialized (
  select rel.root, rel.relid, rel.part, rel.is_emptied, c.relpages, c.reltuples, c.reltoastrelid, c.relnamespace,
         current_setting('block_size')::bigint as block,
         coalesce(ix.pages, 0) as index_pages, coalesce(ix.scans, 0) as index_scans,
         coalesce(t.relpages, 0) + coalesce(tix.pages, 0) as toast_pages,
         b.oid is not null as is_busy
  from rel join pg_class c on c.oid = rel.relid
  left join ix on ix.indrelid = c.oid
  left join pg_class t on t.oid = c.reltoastrelid
  left join ix tix on tix.indrelid = t.oid
  left join busy b on b.oid = c.oid
), measurable as materialized (
  select e.relid, e.reltoastrelid from est e where not e.is_busy
  order by e.reltuples < 0 desc, e.relpages desc limit 400
), measured as materialized (
  select m.relid, pg_total_relation_size(m.relid) as total, pg_indexes_size(m.relid) as indexes,
         coalesce(pg_total_relation_size(nullif(m.reltoastrelid, 0)), 0) as toast
  from measurable m
), part as (
  select e.*,
         coalesce(m.total, (e.relpages + e.index_pages + e.toast_pages) * e.block) as total,
         coalesce(m.indexes, e.index_pages * e.block) as indexes,
         coalesce(m.toast, e.toast_pages * e.block) as toast,
         m.total is not null as is_exact,
         pg_stat_get_live_tuples(e.relid) as live,
         greatest(pg_stat_get_last_vacuum_time(e.relid), pg_stat_get_last_autovacuum_time(e.relid)) as last_vacuum,
         greatest(pg_stat_get_last_analyze_time(e.relid), pg_stat_get_last_autoanalyze_time(e.relid)) as last_analyze
  from est e left join measured m on m.relid = e.relid
), counted as (
  -- chunks that nobody counted yet are not empty: they are taken to be as dense as the others
  select p.*, p.total - p.indexes - p.toast as heap,
         case when p.part = 'compressed' or p.is_emptied and p.relpages = 0 then 0
              when p.live > 0 then p.live when p.reltuples >= 0 then p.reltuples
              when p.total <= p.indexes + p.toast then 0 end as rows
  from part p
), folded as (
  select p.root, count(*) filter (where p.part = 'chunk') as parts, count(*) filter (where p.is_emptied) as compressed,
         sum(p.rows) as counted_rows, sum(p.heap) filter (where p.rows > 0) as counted_heap, sum(p.heap) filter (where p.rows is null) as uncounted_heap,
         sum(case when p.part = 'compressed' then 0 else pg_stat_get_dead_tuples(p.relid) end)::bigint as dead,
         sum(p.total)::bigint as total_bytes, sum(p.heap)::bigint as heap_bytes,
         sum(p.indexes)::bigint as index_bytes, sum(p.toast)::bigint as toast_bytes,
         bool_and(p.is_exact) as is_exact, bool_or(p.is_busy) as is_busy,
         max(p.last_vacuum) as last_vacuum, max(p.last_analyze) as last_analyze,
         sum(pg_stat_get_numscans(p.relid))::bigint as seq_scans, sum(p.index_scans)::bigint as idx_scans,
         array_agg(p.relid) filter (where p.part <> 'root' and n.nspname not like '\_timescaledb\_%') as strangers
  from counted p join pg_namespace n on n.oid = p.relnamespace
  group by p.root
)
select ht.schema, ht.name, ht.oid, case when ht.is_aggregate then 'aggregate' else 'hypertable' end as kind,
       f.parts, f.compressed, case when f.compressed = 0 then (f.counted_rows
         + case when f.uncounted_heap > 0 then f.uncounted_heap * f.counted_rows / nullif(f.counted_heap, 0) else 0 end)::bigint end as rows, f.dead,
       case when f.compressed = 0 then f.total_bytes end as total_bytes, case when f.compressed = 0 then f.heap_bytes end as heap_bytes,
       case when f.compressed = 0 then f.index_bytes end as index_bytes, case when f.compressed = 0 then f.toast_bytes end as toast_bytes, f.is_exact, f.is_busy,
       f.last_vacuum, f.last_analyze, f.seq_scans, f.idx_scans, f.strangers
from ht join folded f on f.root = ht.oid
order by 9 desc nulls last, 1, 2
