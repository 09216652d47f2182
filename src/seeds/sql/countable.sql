-- Tables whose rows `seed --twice` compares: all that this role may read, but extensions' own, TimescaleDB's chunks, pgtend's records and
-- partitions (their parents count them).
select pg_catalog.format('%s.%s', n.nspname, c.relname) as name,
       pg_catalog.format('%I.%I', n.nspname, c.relname) as quoted,
       pg_catalog.has_table_privilege(c.oid, 'SELECT') and pg_catalog.has_schema_privilege(n.oid, 'USAGE') as may_read
  from pg_catalog.pg_class c
  join pg_catalog.pg_namespace n on n.oid = c.relnamespace
 where c.relkind in ('r', 'p')
   and not c.relispartition
   and n.nspname !~ '^(pg_|_timescaledb|timescaledb_)'
   and n.nspname not in ('information_schema', 'pgtend')
   and not exists (select from pg_catalog.pg_depend d
                    where d.classid = 'pg_catalog.pg_class'::regclass and d.objid = c.oid and d.deptype = 'e')
 order by pg_catalog.format('%s.%s', n.nspname, c.relname) collate "C";
