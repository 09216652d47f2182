-- Tables of users, each once: partitions and chunks are their parent's. Who holds or wants one for himself would make us wait.
select n.nspname as schema, c.relname as name,
       has_schema_privilege(n.oid, 'usage') and has_table_privilege(c.oid, 'select') as may_read,
       exists (select from pg_locks l where l.relation = c.oid and l.mode = 'AccessExclusiveLock'
               and l.database = (select d.oid from pg_database d where d.datname = current_database())) as is_locked,
       -- of PostgreSQL's own kind: its first page can be asked for
       c.relam = (select a.oid from pg_am a where a.amname = 'heap') as is_heap,
       current_user as who, current_setting('server_version_num')::int as version_num
from pg_class c join pg_namespace n on n.oid = c.relnamespace
where c.relkind in ('r', 'p') and not c.relispartition and c.relpersistence <> 't'
  and n.nspname <> 'information_schema' and n.nspname !~ '^(pg_|_timescaledb|timescaledb_)'
order by n.nspname, c.relname
