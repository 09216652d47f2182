-- One row a column of pgvector and each index over it; a column without an index has one row. Partitions and chunks stand for themselves: each has an
-- index of its own. Catalogs and statistics only: never waits for a lock; how many rows have no vector is what ANALYZE saw.
with type as materialized (
  select t.oid, t.typname from pg_extension e
    join pg_depend d on d.refclassid = 'pg_extension'::regclass and d.refobjid = e.oid and d.classid = 'pg_type'::regclass and d.deptype = 'e'
    join pg_type t on t.oid = d.objid
  where e.extname = 'vector' and t.typname in ('vector', 'halfvec', 'sparsevec')
), wanted as materialized (
  select l.relation as oid from pg_locks l
  where l.locktype = 'relation' and l.mode = 'AccessExclusiveLock'
    and l.database = (select d.oid from pg_database d where d.datname = current_database())
), held as materialized (
  select a.attrelid, a.attnum, a.attname, a.atttypmod, type.typname, c.relname, n.nspname,
         case when pg_stat_get_live_tuples(c.oid) > 0 then pg_stat_get_live_tuples(c.oid) when c.reltuples >= 0 then c.reltuples::bigint end as rows,
         c.oid in (select w.oid from wanted w) as is_busy
  from pg_attribute a join type on type.oid = a.atttypid join pg_class c on c.oid = a.attrelid join pg_namespace n on n.oid = c.relnamespace
  where c.relkind in ('r', 'm') and c.relpersistence <> 't' and a.attnum > 0 and not a.attisdropped
), made as materialized (
  select x.indrelid, x.indkey, x.indclass, x.indisvalid, i.oid, i.relname, i.relpages, i.reloptions, a.amname
  from pg_index x join pg_class i on i.oid = x.indexrelid join pg_am a on a.oid = i.relam
  where a.amname in ('ivfflat', 'hnsw')
)
select h.nspname as schema, h.relname as table, h.attname as column, h.typname as type, nullif(h.atttypmod, -1) as dimensions, h.rows, h.is_busy,
       s.null_frac as without_ratio, has_column_privilege(h.attrelid, h.attnum, 'select') and not row_security_active(h.attrelid) as may_read,
       m.relname as index, m.amname as method, case when m.oid is not null and not h.attnum = any (m.indkey::int2[]) then true else false end as is_expression,
       (select o.opcname from pg_opclass o where o.oid = m.indclass[0]) as operators,
       case m.amname when 'ivfflat' then coalesce((select o.option_value::int from pg_options_to_table(m.reloptions) o where o.option_name = 'lists'), 100) end as lists,
       case m.amname when 'hnsw' then coalesce((select o.option_value::int from pg_options_to_table(m.reloptions) o where o.option_name = 'm'), 16) end as m,
       case m.amname when 'hnsw' then coalesce((select o.option_value::int from pg_options_to_table(m.reloptions) o where o.option_name = 'ef_construction'), 64) end as ef_construction,
       m.relpages * current_setting('block_size')::bigint as index_bytes,
       m.indisvalid as is_valid, pg_stat_get_numscans(m.oid) as scans,
       (select t.setting::bigint * 1024 from pg_settings t where t.name = 'maintenance_work_mem') as maintenance_work_mem_bytes
from held h
  left join made m on m.indrelid = h.attrelid and (h.attnum = any (m.indkey::int2[]) or m.indkey::text = '0' and exists (
    select from pg_depend d where d.classid = 'pg_class'::regclass and d.objid = m.oid and d.refclassid = 'pg_class'::regclass and d.refobjid = h.attrelid and d.refobjsubid = h.attnum))
  left join pg_stats s on s.schemaname = h.nspname and s.tablename = h.relname and s.attname = h.attname and not s.inherited
order by 1, 2, 3, m.relname
