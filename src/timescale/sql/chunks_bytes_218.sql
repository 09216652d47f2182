-- As chunks_bytes.sql, for TimescaleDB 2.18 and before: chunk.compressed_chunk_id names the compressed half.
with rel as (
  select unnest($1::oid[]) as oid
  union select to_regclass(format('%I.%I', z.schema_name, z.table_name))::oid
  from _timescaledb_catalog.chunk k join _timescaledb_catalog.chunk z on z.id = k.compressed_chunk_id
  where to_regclass(format('%I.%I', k.schema_name, k.table_name))::oid = any ($1::oid[])
), busy as materialized (
  select coalesce(x.indrelid, l.relation) as oid from pg_locks l left join pg_index x on x.indexrelid = l.relation
  where l.locktype = 'relation' and l.mode = 'AccessExclusiveLock'
    and l.database = (select d.oid from pg_database d where d.datname = current_database())
), free as materialized (
  select rel.oid from rel join pg_class c on c.oid = rel.oid
  where not exists (select from busy b where b.oid in (c.oid, c.reltoastrelid))
)
select coalesce((select sum(pg_total_relation_size(f.oid)) from free f), 0)
       + coalesce((select sum(c.relpages::bigint) * current_setting('block_size')::bigint from rel join pg_class c on c.oid = rel.oid
                   where not exists (select from free f where f.oid = rel.oid)), 0) as bytes
