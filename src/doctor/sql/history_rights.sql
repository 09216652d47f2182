-- What a migration needs beside reading its history. $1 schema, $2 table. No row: the schema is not there. To write a row takes its column's
-- sequence, too, where that is a serial; one of an identity is not asked for.
select has_schema_privilege(n.oid, 'create') as may_create,
       (select has_table_privilege(c.oid, 'insert') and has_table_privilege(c.oid, 'update') and has_table_privilege(c.oid, 'delete')
        from pg_class c where c.relnamespace = n.oid and c.relname = $2) as may_write,
       (select string_agg(format('%I.%I', o.nspname, s.relname), ', ' order by s.relname)
        from pg_class c
        join pg_depend d on d.refobjid = c.oid and d.refclassid = 'pg_class'::regclass and d.classid = 'pg_class'::regclass and d.deptype = 'a'
        join pg_class s on s.oid = d.objid
        join pg_namespace o on o.oid = s.relnamespace
        where c.relnamespace = n.oid and c.relname = $2
          and case when s.relkind = 'S' then not has_sequence_privilege(s.oid, 'usage, update') end) as sequences
from pg_namespace n where n.nspname = $1
