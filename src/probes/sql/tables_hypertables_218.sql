-- One row a hypertable or continuous aggregate, with its chunks and their compressed halves folded into it. Never waits for a lock.
-- TimescaleDB 2.18 and before (chunk.compressed_chunk_id names the compressed half); otherwise tables_hypertables.sql.
with wanted as materialized (
  select l.relation as oid from pg_locks l
  where l.locktype = 'relation' and l.mode = 'AccessExclusiveLock'
    and l.database = (select d.oid from pg_database d where d.datname = current_database())
), wanted_tables as (
  select w.oid from wanted w union select x.indrelid from pg_index x join wanted w on w.oid = x.indexrelid
), busy as materialized (
  select w.oid from wanted_tables w union select c.oid from pg_class c join wanted_tables w on w.oid = c.reltoastrelid
), ht as (
  select h.id, c.oid, coalesce(ca.user_view_schema, h.schema_name) as schema, coalesce(ca.user_view_name, h.table_name) as name,
         ca.mat_hypertable_id is not null as is_aggregate
  from _timescaledb_catalog.hypertable h
  join pg_namespace n on n.nspname = h.schema_name
  join pg_class c on c.relnamespace = n.oid and c.relname = h.table_name
  left join _timescaledb_catalog.continuous_agg ca on ca.mat_hypertable_id = h.id
  where h.table_name not like '\_compressed\_hypertable\_%'
), halves as (
  select to_regclass(format('%I.%I', k.schema_name, k.table_name))::oid as relid,
         to_regclass(format('%I.%I', z.schema_name, z.table_name))::oid as crelid
  from _timescaledb_catalog.chunk k join _timescaledb_catalog.chunk z on z.id = k.compressed_chunk_id
  where not k.dropped
), ch as (
  select ht.oid as root, i.inhrelid as relid, cs.crelid
  from ht join pg_inherits i on i.inhparent = ht.oid
  left join halves cs on cs.relid = i.inhrelid
), rel as (
  select root, relid, 'chunk' as part, crelid is not null as is_emptied from ch
  union all select root, crelid, 'compressed', false from ch where crelid is not null
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
  select p.root, count(*) filter (where p.part = 'chunk') as parts, count(*) filter (where p.part = 'compressed') as compressed,
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
), packed as (
  select k.hypertable_id, sum(z.numrows_pre_compression)::bigint as rows,
         sum(z.uncompressed_heap_size + z.uncompressed_toast_size + z.uncompressed_index_size)::bigint as bytes_before,
         sum(z.compressed_heap_size + z.compressed_toast_size + z.compressed_index_size)::bigint as bytes_after
  from _timescaledb_catalog.compression_chunk_size z join _timescaledb_catalog.chunk k on k.id = z.chunk_id
  group by k.hypertable_id
)
select ht.schema, ht.name, ht.oid, case when ht.is_aggregate then 'aggregate' else 'hypertable' end as kind,
       f.parts, f.compressed, (f.counted_rows + coalesce(packed.rows, 0)
         + case when f.uncounted_heap > 0 then f.uncounted_heap * f.counted_rows / nullif(f.counted_heap, 0) else 0 end)::bigint as rows, f.dead,
       f.total_bytes, f.heap_bytes, f.index_bytes, f.toast_bytes, f.is_exact, f.is_busy,
       packed.bytes_before, packed.bytes_after,
       f.last_vacuum, f.last_analyze, f.seq_scans, f.idx_scans, f.strangers
from ht join folded f on f.root = ht.oid left join packed on packed.hypertable_id = ht.id
order by f.total_bytes desc, 1, 2
