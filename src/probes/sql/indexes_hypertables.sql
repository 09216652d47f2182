-- One row an index of a hypertable or continuous aggregate, with those of its chunks folded into it. Never waits for a lock: nothing is measured.
-- A chunk's index belongs to the one of its hypertable that is made alike; which one, only TimescaleDB's own catalogs tell, and those change.
with own as (
  select v.hypertable_schema as own_schema, v.hypertable_name as own_name, v.hypertable_schema as schema, v.hypertable_name as name
  from timescaledb_information.hypertables v
  union all
  select a.materialization_hypertable_schema, a.materialization_hypertable_name, a.view_schema, a.view_name
  from timescaledb_information.continuous_aggregates a
), ht as (
  select c.oid, own.schema, own.name
  from own join pg_namespace n on n.nspname = own.own_schema join pg_class c on c.relnamespace = n.oid and c.relname = own.own_name
), rel as (
  select ht.oid as root, ht.oid as relid from ht
  union all select ht.oid, i.inhrelid from ht join pg_inherits i on i.inhparent = ht.oid
), ix as materialized (
  select rel.root, rel.relid, i.oid, i.relpages, x.indisvalid,
         row(i.relam, x.indisunique, x.indnkeyatts, x.indclass::text, x.indcollation::text, x.indoption::text, x.indpred is not null,
             (select array_agg(coalesce(t.attname, '(expression)') order by k.place)
              from unnest(x.indkey::int2[]) with ordinality k(attnum, place)
              left join pg_attribute t on t.attrelid = x.indrelid and t.attnum = k.attnum and k.attnum <> 0))::text as form
  from rel join pg_index x on x.indrelid = rel.relid join pg_class i on i.oid = x.indexrelid
), first as (
  select ix.root, ix.form, min(ix.oid) as oid from ix where ix.relid = ix.root group by 1, 2
), folded as (
  select f.oid, count(*) as parts, sum(ix.relpages::bigint) * current_setting('block_size')::bigint as bytes,
         sum(pg_stat_get_numscans(ix.oid))::bigint as scans, sum(pg_stat_get_tuples_returned(ix.oid))::bigint as rows_read,
         sum(pg_stat_get_tuples_fetched(ix.oid))::bigint as rows_fetched, bool_and(ix.indisvalid) as is_valid,
         array_agg(ix.oid) as leaves
  from ix join first f on f.root = ix.root and f.form = ix.form
  where ix.relid <> ix.root
  group by f.oid
)
select ht.schema, ht.name as table, i.relname as name, i.oid, ht.oid as table_oid, a.amname as method,
       (select array_agg(coalesce(t.attname, '(expression)') order by k.place)
        from unnest(x.indkey::int2[]) with ordinality k(attnum, place)
        left join pg_attribute t on t.attrelid = x.indrelid and t.attnum = k.attnum and k.attnum <> 0
        where k.place <= x.indnkeyatts) as columns,
       coalesce(f.parts, 0) as parts, coalesce(f.bytes, 0) as size_bytes, coalesce(f.scans, 0) as scans,
       coalesce(f.rows_read, 0) as rows_read, coalesce(f.rows_fetched, 0) as rows_fetched,
       (select coalesce(s.stats_reset, pg_postmaster_start_time()) from pg_stat_database s where s.datname = current_database()) as stats_since, 0 as unseen_standbys, x.indisunique as is_unique, x.indisprimary as is_primary,
       x.indisprimary or exists (select from pg_constraint k where k.conindid = i.oid) as is_constraint, x.indisreplident as is_replica_identity,
       x.indpred is not null as is_partial, x.indisvalid and coalesce(f.is_valid, true) as is_valid, false as is_building, f.leaves
from ht join pg_index x on x.indrelid = ht.oid join pg_class i on i.oid = x.indexrelid join pg_am a on a.oid = i.relam
  left join folded f on f.oid = i.oid
