-- What a migration needs beside reading its history. $1 schema, $2 table. No row: the schema is not there.
select has_schema_privilege(n.oid, 'create') as may_create,
       (select has_table_privilege(c.oid, 'insert') from pg_class c where c.relnamespace = n.oid and c.relname = $2) as may_insert
from pg_namespace n where n.nspname = $1
