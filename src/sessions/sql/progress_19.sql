-- What is at work that tells how far it is: one row a vacuum, analyze, create index, repack (which is cluster and vacuum full too), copy, base backup. Each phase counts something else; done and total are of the
-- phase. PostgreSQL 19.
with work as (
  select v.pid, v.datid, v.relid, null::oid as index_relid, 'vacuum' as kind, v.phase,
         case when v.phase like 'vacuuming indexes%' or v.phase like 'cleaning up indexes%' then (to_jsonb(v) ->> 'indexes_processed')::bigint
              when v.phase = 'vacuuming heap' then v.heap_blks_vacuumed else v.heap_blks_scanned end as done,
         case when v.phase like 'vacuuming indexes%' or v.phase like 'cleaning up indexes%' then (to_jsonb(v) ->> 'indexes_total')::bigint else v.heap_blks_total end as total,
         case when v.phase like '%indexes%' then 'indexes' else 'pages' end as unit
  from pg_stat_progress_vacuum v
  union all
  select n.pid, n.datid, n.relid, null, 'analyze', n.phase,
         case when n.phase like '%inherited%' then n.child_tables_done else n.sample_blks_scanned end,
         case when n.phase like '%inherited%' then n.child_tables_total else n.sample_blks_total end,
         case when n.phase like '%inherited%' then 'child tables' else 'pages' end
  from pg_stat_progress_analyze n
  union all
  select i.pid, i.datid, i.relid, nullif(i.index_relid, 0), lower(i.command), i.phase,
         case when i.lockers_total > 0 and i.phase like 'waiting%' then i.lockers_done when i.blocks_total > 0 then i.blocks_done else i.tuples_done end,
         case when i.lockers_total > 0 and i.phase like 'waiting%' then i.lockers_total when i.blocks_total > 0 then i.blocks_total else i.tuples_total end,
         case when i.lockers_total > 0 and i.phase like 'waiting%' then 'lockers' when i.blocks_total > 0 then 'pages' else 'rows' end
  from pg_stat_progress_create_index i
  union all
  select c.pid, c.datid, c.relid, nullif(c.repack_index_relid, 0), lower(c.command), c.phase,
         case when c.phase like '%rebuilding index%' then c.index_rebuild_count when c.heap_blks_total > 0 then c.heap_blks_scanned else c.heap_tuples_scanned end,
         case when c.phase not like '%rebuilding index%' then c.heap_blks_total end,
         case when c.phase like '%rebuilding index%' then 'indexes' when c.heap_blks_total > 0 then 'pages' else 'rows' end
  from pg_stat_progress_repack c
  union all
  select y.pid, y.datid, nullif(y.relid, 0), null, lower(y.command), lower(y.type), case when y.bytes_processed > 0 or y.bytes_total > 0 then y.bytes_processed else y.tuples_processed end,
         y.bytes_total, case when y.bytes_processed > 0 or y.bytes_total > 0 then 'bytes' else 'rows' end
  from pg_stat_progress_copy y
  union all
  select b.pid, null, null, null, 'base backup', b.phase, b.backup_streamed, b.backup_total, 'bytes'
  from pg_stat_progress_basebackup b
)
select p.pid, p.kind, d.datname as database, p.relid as relation_oid, p.index_relid as index_oid, p.datid as relation_database, p.phase, p.done, nullif(p.total, 0) as total,
       case when p.total > 0 then least(p.done::float8 / p.total, 1) end as ratio, p.unit,
       extract(epoch from clock_timestamp() - a.query_start) as elapsed_s, pg_get_userbyid(nullif(a.usesysid, 0)) as "user", a.application_name as application,
       a.query, a.backend_start as started, a.query = '<insufficient privilege>' as is_hidden
from work p left join pg_stat_get_activity(null) a on a.pid = p.pid left join pg_database d on d.oid = p.datid
order by p.kind, a.query_start, p.pid
