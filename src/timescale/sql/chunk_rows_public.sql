-- One row a chunk, as the public views tell it: for catalogs of a shape that pgtend does not know, or may not read. Of the chunk's status they tell
-- bit 1 only, and nothing of compressed halves. A time is microseconds since the epoch, an integer time is itself. Touches no chunk.
select h.oid::bigint as key, c.oid as relid, null::oid as crelid, null::bigint as chunk_id,
       case when k.range_start_integer is not null then k.range_start_integer
            when isfinite(k.range_start) then (extract(epoch from k.range_start) * 1000000)::bigint
            else -9223372036854775808 end::bigint as starts,
       case when k.range_end_integer is not null then k.range_end_integer
            when isfinite(k.range_end) then (extract(epoch from k.range_end) * 1000000)::bigint
            else 9223372036854775807 end::bigint as ends,
       k.is_compressed::int as status, (to_jsonb(k)->>'chunk_creation_time')::timestamptz as created,
       c.relpages, c.reltuples, c.reltoastrelid, c.reltablespace
from timescaledb_information.chunks k
join pg_namespace hn on hn.nspname = k.hypertable_schema
join pg_class h on h.relnamespace = hn.oid and h.relname = k.hypertable_name
join pg_namespace n on n.nspname = k.chunk_schema
join pg_class c on c.relnamespace = n.oid and c.relname = k.chunk_name and c.relkind = 'r'
