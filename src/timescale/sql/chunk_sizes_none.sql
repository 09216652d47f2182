-- (stands for chunk_sizes.sql where measuring took too long, or a lock came in between each time) Nothing is measured.
, sized as (
  select 0::bigint as key, 0::oid as chunk, 0::bigint as bytes, false as is_exact, 0::bigint as rows where false
), by_chunk as (
  select 0::oid as chunk, 0::bigint as bytes, false as is_exact, 0::bigint as rows, false as is_counted where false
)
