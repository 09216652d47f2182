-- What ANALYZE knows of the columns of some relations ($1: their numbers), for the estimate of what they would take anew. Catalogs only, no lock.
-- may_read false: pg_stats tells nothing of a column that one may not read. is_known false: nobody analyzed it yet.
select a.attrelid as relation, a.attnum as attribute, a.attlen as length,
       case a.attalign when 'c' then 1 when 's' then 2 when 'i' then 4 else 8 end as align,
       has_column_privilege(a.attrelid, a.attnum, 'select') and not row_security_active(a.attrelid) as may_read,
       s.attname is not null as is_known, s.null_frac, s.avg_width, s.n_distinct
from pg_attribute a join pg_class c on c.oid = a.attrelid join pg_namespace n on n.oid = c.relnamespace
  left join pg_stats s on s.schemaname = n.nspname and s.tablename = c.relname and s.attname = a.attname and not s.inherited
where a.attrelid = any ($1::oid[]) and a.attnum > 0 and not a.attisdropped
order by 1, 2
