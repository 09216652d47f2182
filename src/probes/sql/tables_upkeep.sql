-- One row a table: what is done to its rows, and when autovacuum comes, those of partitions and chunks folded into it; of those whose numbers are given
-- ($1), or of all (null). Counters and catalogs only: never waits for a lock. The thresholds are computed as autovacuum does, from the table's own storage parameters, else the settings; of a table with
-- parts, that part speaks which is nearest to its own (vacuum_share).
with recursive tree as (
  select u.oid, u.oid as root from unnest($1::oid[]) u(oid)
  union all
  select i.inhrelid, t.root from tree t join pg_inherits i on i.inhparent = t.oid join pg_class c on c.oid = i.inhrelid
    join pg_namespace n on n.oid = c.relnamespace
  where c.relispartition or n.nspname = '_timescaledb_internal'
), chosen as materialized (
  select c.oid, case when c.relispartition then pg_partition_root(c.oid)::oid when n.nspname = '_timescaledb_internal' then coalesce(i.inhparent, c.oid) else c.oid end as root
  from pg_class c join pg_namespace n on n.oid = c.relnamespace left join pg_inherits i on i.inhrelid = c.oid and n.nspname = '_timescaledb_internal'
  where $1::oid[] is null and c.relkind in ('r', 'm') and c.relpersistence <> 't' and n.nspname not in ('pg_catalog', 'information_schema', 'pgtend')
  union all select t.oid, t.root from tree t
), setting as materialized (
  select current_setting('autovacuum')::bool as is_on,
         current_setting('autovacuum_vacuum_threshold')::float8 as vacuum_base, current_setting('autovacuum_vacuum_scale_factor')::float8 as vacuum_scale,
         coalesce(current_setting('autovacuum_vacuum_max_threshold', true)::float8, -1) as vacuum_most,
         current_setting('autovacuum_vacuum_insert_threshold')::float8 as insert_base, current_setting('autovacuum_vacuum_insert_scale_factor')::float8 as insert_scale,
         current_setting('autovacuum_analyze_threshold')::float8 as analyze_base, current_setting('autovacuum_analyze_scale_factor')::float8 as analyze_scale
), fetched as materialized (
  select x.indrelid, sum(pg_stat_get_tuples_fetched(x.indexrelid)) as rows from chosen ch join pg_index x on x.indrelid = ch.oid group by 1
), rel as materialized (
  select c.oid, ch.root, c.reloptions, greatest(c.reltuples, 0)::float8 as tuples,
         -- which pages are frozen, pg_class knows from 18 on; before, the name means the column of `absent`
         case when c.relpages > 0 then 1 - least(coalesce((select relallfrozen from (select c.*) s), 0), c.relpages)::float8 / c.relpages else 1 end as unfrozen
  from chosen ch join pg_class c on c.oid = ch.oid cross join (select null::int as relallfrozen) absent
  where c.relkind in ('r', 'm')
), own as materialized (
  select c.oid, max(o.option_value) filter (where o.option_name = 'autovacuum_enabled')::bool as is_on,
         max(o.option_value) filter (where o.option_name = 'autovacuum_vacuum_threshold')::float8 as vacuum_base,
         max(o.option_value) filter (where o.option_name = 'autovacuum_vacuum_scale_factor')::float8 as vacuum_scale,
         max(o.option_value) filter (where o.option_name = 'autovacuum_vacuum_max_threshold')::float8 as vacuum_most,
         max(o.option_value) filter (where o.option_name = 'autovacuum_vacuum_insert_threshold')::float8 as insert_base,
         max(o.option_value) filter (where o.option_name = 'autovacuum_vacuum_insert_scale_factor')::float8 as insert_scale,
         max(o.option_value) filter (where o.option_name = 'autovacuum_analyze_threshold')::float8 as analyze_base,
         max(o.option_value) filter (where o.option_name = 'autovacuum_analyze_scale_factor')::float8 as analyze_scale
  from rel c cross join lateral pg_options_to_table(c.reloptions) o
  where c.reloptions is not null
  group by c.oid
), due as materialized (
  select r.oid, r.root, s.is_on and coalesce(o.is_on, true) as is_on,
         case when coalesce(o.vacuum_most, s.vacuum_most) >= 0
              then least(coalesce(o.vacuum_base, s.vacuum_base) + coalesce(o.vacuum_scale, s.vacuum_scale) * r.tuples, coalesce(o.vacuum_most, s.vacuum_most))
              else coalesce(o.vacuum_base, s.vacuum_base) + coalesce(o.vacuum_scale, s.vacuum_scale) * r.tuples end as vacuum_at,
         case when coalesce(o.insert_base, s.insert_base) >= 0
              then coalesce(o.insert_base, s.insert_base) + coalesce(o.insert_scale, s.insert_scale) * r.tuples * r.unfrozen end as insert_at,
         coalesce(o.analyze_base, s.analyze_base) + coalesce(o.analyze_scale, s.analyze_scale) * r.tuples as analyze_at,
         coalesce(pg_stat_get_dead_tuples(r.oid), 0) as dead, coalesce(pg_stat_get_ins_since_vacuum(r.oid), 0) as inserted_since,
         coalesce(pg_stat_get_mod_since_analyze(r.oid), 0) as changed_since
  from rel r cross join setting s left join own o on o.oid = r.oid
)
select d.root as oid, sum(pg_stat_get_tuples_returned(d.oid))::bigint as seq_rows, sum(pg_stat_get_tuples_fetched(d.oid) + coalesce(f.rows, 0))::bigint as idx_rows,
       sum(pg_stat_get_tuples_inserted(d.oid))::bigint as inserted, sum(pg_stat_get_tuples_updated(d.oid))::bigint as updated,
       sum(pg_stat_get_tuples_hot_updated(d.oid))::bigint as hot_updated, sum(pg_stat_get_tuples_deleted(d.oid))::bigint as deleted,
       sum(d.inserted_since)::bigint as inserted_since_vacuum, sum(d.changed_since)::bigint as changed_since_analyze, bool_and(d.is_on) as is_autovacuum,
       (max(array[d.dead / (d.vacuum_at + 1), d.vacuum_at]))[2]::bigint as vacuum_threshold,
       (max(array[d.dead / (d.vacuum_at + 1), d.vacuum_at - d.dead]))[2]::bigint as vacuum_in,
       max(d.dead / (d.vacuum_at + 1)) as vacuum_share,
       (max(array[d.inserted_since / (d.insert_at + 1), d.insert_at]) filter (where d.insert_at is not null))[2]::bigint as insert_threshold,
       (max(array[d.inserted_since / (d.insert_at + 1), d.insert_at - d.inserted_since]) filter (where d.insert_at is not null))[2]::bigint as insert_in,
       (max(array[d.changed_since / (d.analyze_at + 1), d.analyze_at]))[2]::bigint as analyze_threshold,
       (max(array[d.changed_since / (d.analyze_at + 1), d.analyze_at - d.changed_since]))[2]::bigint as analyze_in
from due d left join fetched f on f.indrelid = d.oid
group by d.root
