-- One row a chunk, as TimescaleDB's catalogs of 2.29 and later: chunk names its table by its number.
-- A time is microseconds since the epoch, an integer time is itself. Touches no chunk.
select k.hypertable_id::bigint as key, c.oid as relid, cs.compress_relid::oid as crelid, k.id::bigint as chunk_id, s.range_start as starts, s.range_end as ends,
       k.status, k.creation_time as created,
       c.relpages, c.reltuples, c.reltoastrelid, c.reltablespace
from _timescaledb_catalog.chunk k
join (select distinct on (x.hypertable_id) x.hypertable_id, x.id from _timescaledb_catalog.dimension x
      where x.interval_length is not null order by x.hypertable_id, x.id) d on d.hypertable_id = k.hypertable_id
join _timescaledb_catalog.dimension_slice s on s.chunk_id = k.id and s.dimension_id = d.id
join pg_class c on c.oid = k.relid::oid and c.relkind = 'r'
left join _timescaledb_catalog.compression_settings cs on cs.relid = c.oid
