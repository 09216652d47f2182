-- What the given chunks take, compressed halves included, without waiting for any: $1 is an array of their numbers (pg_class.oid).
-- One that somebody holds or wants for itself counts by its relpages. TimescaleDB 2.19 and later.
with rel as (
  select unnest($1::oid[]) as oid
  union select cs.compress_relid::oid from _timescaledb_catalog.compression_settings cs
  where cs.relid = any ($1::oid[]) and cs.compress_relid is not null
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
