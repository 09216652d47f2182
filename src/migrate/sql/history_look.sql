-- One history table: its columns with types, and whether we may read it. $1 schema, $2 table. No row: it is not there.
select (select pg_catalog.string_agg(a.attname || ' ' || pg_catalog.format_type(a.atttypid, null), ',' order by a.attnum)
          from pg_catalog.pg_attribute a
         where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped) as columns,
       pg_catalog.has_schema_privilege(n.oid, 'usage') as may_use,
       pg_catalog.has_table_privilege(c.oid, 'select') as may_read,
       c.relkind,
       current_user as who
  from pg_catalog.pg_class c
  join pg_catalog.pg_namespace n on n.oid = c.relnamespace
 where n.nspname = $1
   and c.relname = $2
   and c.relkind in ('r', 'p', 'v', 'f', 'm');
