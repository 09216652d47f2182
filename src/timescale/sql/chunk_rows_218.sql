-- One row a chunk, as TimescaleDB's catalogs of 2.9 to 2.18: chunk.compressed_chunk_id names the compressed half; creation_time is there from 2.13. Rows of chunks that were dropped have no table any more.
-- A time is microseconds since the epoch, an integer time is itself. Touches no chunk.
select k.hypertable_id::bigint as key, c.oid as relid, z.oid as crelid, k.id::bigint as chunk_id, s.range_start as starts, s.range_end as ends,
       k.status, (to_jsonb(k)->>'creation_time')::timestamptz as created,
       c.relpages, c.reltuples, c.reltoastrelid, c.reltablespace
from _timescaledb_catalog.chunk k
join (select distinct on (x.hypertable_id) x.hypertable_id, x.id from _timescaledb_catalog.dimension x
      where x.interval_length is not null order by x.hypertable_id, x.id) d on d.hypertable_id = k.hypertable_id
join _timescaledb_catalog.chunk_constraint o on o.chunk_id = k.id
join _timescaledb_catalog.dimension_slice s on s.id = o.dimension_slice_id and s.dimension_id = d.id
join pg_namespace n on n.nspname = k.schema_name
join pg_class c on c.relnamespace = n.oid and c.relname = k.table_name and c.relkind = 'r'
left join (select p.id, zc.oid from _timescaledb_catalog.chunk p join pg_namespace zn on zn.nspname = p.schema_name
           join pg_class zc on zc.relnamespace = zn.oid and zc.relname = p.table_name) z on z.id = k.compressed_chunk_id
