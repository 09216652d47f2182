-- As chunks.sql, where the catalogs are of a shape that pgtend does not know, or may not be read: whether a chunk is frozen or partial, and what its
-- compressed half takes, is then not known. is_locked, because the size is not the whole, is also said of compressed ones.
with busy as materialized (
  select coalesce(x.indrelid, l.relation) as oid from pg_locks l left join pg_index x on x.indexrelid = l.relation
  where l.locktype = 'relation' and l.mode = 'AccessExclusiveLock'
    and l.database = (select d.oid from pg_database d where d.datname = current_database())
)
select c.oid::bigint as oid, n.nspname as schema, c.relname as name, array[c.oid] as oids, b.is_busy or coalesce(i.is_compressed, false) as is_locked,
       case when b.is_busy then c.relpages::bigint * current_setting('block_size')::bigint else pg_total_relation_size(c.oid) end as bytes,
       coalesce(i.range_start::text, i.range_start_integer::text) as start, coalesce(i.range_end::text, i.range_end_integer::text) as end,
       coalesce(i.is_compressed, false) as is_compressed, false as is_frozen, false as is_partial, null::bigint as bytes_before
from pg_class c join pg_namespace n on n.oid = c.relnamespace
cross join lateral (select exists(select from busy b where b.oid in (c.oid, c.reltoastrelid)) as is_busy) b
left join timescaledb_information.chunks i on i.chunk_schema = n.nspname and i.chunk_name = c.relname
where c.oid = any ($1::oid[])
order by i.range_start, i.range_start_integer, c.oid
