-- Why a hypertable may be compressed less than it should be: rows a batch (1000 at most, one segment each), what it is segmented and ordered by, and its
-- widest column that differs in nearly each row, by the statistics of its newest analyzed chunk. $1: its number, $2: pg_class.oid of it, $3: its time column.
with own as (
  select c.oid, n.nspname, c.relname from pg_class c join pg_namespace n on n.oid = c.relnamespace where c.oid = $2::bigint::oid
), batch as (
  select sum(z.numrows_pre_compression) as rows, sum(z.numrows_post_compression) as batches
  from _timescaledb_catalog.compression_chunk_size z join _timescaledb_catalog.chunk k on k.id = z.chunk_id where k.hypertable_id = $1::int
), setting as (
  select string_agg(s.attname, ', ' order by s.segmentby_column_index) filter (where s.segmentby_column_index is not null) as segments,
         array_agg(s.attname::text) filter (where s.segmentby_column_index is not null) as segment_names,
         min(s.attname::text) filter (where s.orderby_column_index = 1) as first_order
  from own join timescaledb_information.compression_settings s on s.hypertable_schema = own.nspname and s.hypertable_name = own.relname
), newest as (
  select s.attname::text as name, s.avg_width * (1 - s.null_frac) as width, s.n_distinct, rank() over (order by i.inhrelid desc) as n
  from own cross join lateral (select i.inhrelid from pg_inherits i where i.inhparent = own.oid order by i.inhrelid desc limit 20) i join pg_class c on c.oid = i.inhrelid join pg_namespace n on n.oid = c.relnamespace
  join pg_stats s on s.schemaname = n.nspname and s.tablename = c.relname
), widest as (
  select w.name, w.width / nullif(sum(w.width) over (), 0) as share, w.n_distinct from newest w where w.n = 1
)
select batch.rows, batch.batches, setting.segments, setting.first_order, w.name as unlike_column, w.share as unlike_share
from batch cross join setting
left join lateral (select w.name, w.share from widest w where w.n_distinct < -0.5 and w.name <> $3 and not w.name = any (coalesce(setting.segment_names, '{}'))
                   order by w.share desc limit 1) w on true
