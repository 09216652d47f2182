-- Hypertables (emptied by their root, which drops the chunks) and continuous aggregates (emptied by their view's name).
-- hypertable_size() waits for whoever holds a chunk exclusively: then the size stays unknown.
with held as (
  select 1 from pg_catalog.pg_locks
   where locktype = 'relation' and mode = 'AccessExclusiveLock' and granted and pid is distinct from pg_catalog.pg_backend_pid()
   limit 1
)
select 'hypertable' as kind, h.hypertable_schema as schema, h.hypertable_name as name, c.oid::bigint as timescale_oid,
       has_table_privilege(c.oid, 'TRUNCATE') and has_schema_privilege(n.oid, 'USAGE') as may_truncate, h.owner,
       approximate_row_count(c.oid) as rows_estimate,
       exists (select from pg_catalog.pg_inherits i where i.inhparent = c.oid) as has_chunks,
       case when not exists (select from held) then hypertable_size(c.oid) end as bytes
  from timescaledb_information.hypertables h
  join pg_namespace n on n.nspname = h.hypertable_schema
  join pg_class c on c.relnamespace = n.oid and c.relname = h.hypertable_name
 where h.hypertable_schema !~ '^_timescaledb_'
union all
select 'aggregate', a.view_schema, a.view_name, c.oid::bigint,
       has_table_privilege(c.oid, 'TRUNCATE') and has_schema_privilege(n.oid, 'USAGE'), a.view_owner,
       null,
       exists (select from pg_catalog.pg_inherits i where i.inhparent =
               format('%I.%I', a.materialization_hypertable_schema, a.materialization_hypertable_name)::regclass),
       case when not exists (select from held)
            then hypertable_size(format('%I.%I', a.materialization_hypertable_schema, a.materialization_hypertable_name)::regclass) end
  from timescaledb_information.continuous_aggregates a
  join pg_namespace n on n.nspname = a.view_schema
  join pg_class c on c.relnamespace = n.oid and c.relname = a.view_name
 order by 1 desc, 2, 3
