-- The columns of one table ($1: its number) with what ANALYZE knows of them. Catalogs only: never waits for a lock, so no default is told that would have
-- to be put into words.
select a.attname as name, format_type(a.atttypid, a.atttypmod) as type, a.attnotnull as is_required,
       case when a.attidentity <> '' then 'identity' when a.attgenerated <> '' then 'generated' when a.atthasdef then 'default' end as made,
       has_column_privilege(a.attrelid, a.attnum, 'select') and not row_security_active(a.attrelid) as may_read,
       s.null_frac as null_ratio, s.avg_width as width_bytes, s.n_distinct as distinct_values
from pg_attribute a join pg_class c on c.oid = a.attrelid join pg_namespace n on n.oid = c.relnamespace
  left join lateral (select * from pg_stats p where p.schemaname = n.nspname and p.tablename = c.relname and p.attname = a.attname
                     order by p.inherited desc limit 1) s on true
where a.attrelid = $1::oid and a.attnum > 0 and not a.attisdropped
order by a.attnum
