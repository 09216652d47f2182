-- As chunks.sql, for TimescaleDB 2.29 and later: chunk.relid took the place of its names.
with rel as (
  select c.oid as chunk, c.oid from unnest($1::oid[]) as c(oid)
  union all select cs.relid::oid, cs.compress_relid::oid from _timescaledb_catalog.compression_settings cs
  where cs.relid = any ($1::oid[]) and cs.compress_relid is not null
), busy as materialized (
  select coalesce(x.indrelid, l.relation) as oid from pg_locks l left join pg_index x on x.indexrelid = l.relation
  where l.locktype = 'relation' and l.mode = 'AccessExclusiveLock'
    and l.database = (select d.oid from pg_database d where d.datname = current_database())
), sized as (
  select rel.chunk, array_agg(rel.oid) as oids, bool_or(b.is_busy) as is_locked,
         sum(case when b.is_busy then c.relpages::bigint * current_setting('block_size')::bigint else pg_total_relation_size(c.oid) end) as bytes
  from rel join pg_class c on c.oid = rel.oid
  cross join lateral (select exists(select from busy b where b.oid in (c.oid, c.reltoastrelid)) as is_busy) b
  group by rel.chunk
)
select c.oid::bigint as oid, n.nspname as schema, c.relname as name, sized.oids, sized.is_locked, sized.bytes,
       coalesce(i.range_start::text, i.range_start_integer::text) as start, coalesce(i.range_end::text, i.range_end_integer::text) as end,
       coalesce(i.is_compressed, false) as is_compressed, coalesce(k.status, 0) & 4 <> 0 as is_frozen,
       coalesce(k.status, 0) & 10 <> 0 as is_partial,
       z.uncompressed_heap_size + z.uncompressed_toast_size + z.uncompressed_index_size as bytes_before
from sized join pg_class c on c.oid = sized.chunk join pg_namespace n on n.oid = c.relnamespace
left join timescaledb_information.chunks i on i.chunk_schema = n.nspname and i.chunk_name = c.relname
left join _timescaledb_catalog.chunk k on k.relid::oid = c.oid
left join _timescaledb_catalog.compression_chunk_size z on z.chunk_id = k.id
order by i.range_start, i.range_start_integer, c.oid
