-- The sequences of the columns of one table: serial and identity. $1: the table's oid.
select a.attname as column,
       n.nspname as schema,
       c.relname as name,
       s.seqincrement as increment,
       s.seqmin as least,
       s.seqmax as most,
       -- null before its first value; asked without the right to, an error
       coalesce(case when pg_catalog.has_sequence_privilege(c.oid, 'USAGE') or pg_catalog.has_sequence_privilege(c.oid, 'SELECT')
                     then pg_catalog.pg_sequence_last_value(c.oid) end, s.seqstart - s.seqincrement) as last_value,
       pg_catalog.pg_has_role(c.relowner, 'USAGE') as may_alter,
       pg_catalog.has_column_privilege(a.attrelid, a.attnum, 'SELECT') as may_read
  from pg_catalog.pg_depend d
  join pg_catalog.pg_class c on c.oid = d.objid and c.relkind = 'S'
  join pg_catalog.pg_namespace n on n.oid = c.relnamespace
  join pg_catalog.pg_sequence s on s.seqrelid = c.oid
  join pg_catalog.pg_attribute a on a.attrelid = d.refobjid and a.attnum = d.refobjsubid and not a.attisdropped
 where d.classid = 'pg_catalog.pg_class'::regclass
   and d.refclassid = 'pg_catalog.pg_class'::regclass
   and d.refobjid = $1::oid
   and d.deptype in ('a', 'i')
   -- a text may own one, too: 'INV-' || nextval(...)
   and a.atttypid in ('int2'::regtype, 'int4'::regtype, 'int8'::regtype, 'numeric'::regtype)
 order by a.attnum;
