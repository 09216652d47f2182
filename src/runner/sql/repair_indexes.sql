-- Indexes that the server keeps up to date and never uses: what a CREATE INDEX CONCURRENTLY or REINDEX CONCURRENTLY left that did not come
-- to its end. Those that are being built at this moment are left out. is_leftover: of REINDEX, whose old index is still there.
select n.nspname || '.' || c.relname as name,
       n.nspname as schema,
       c.relname as index,
       i.indrelid::pg_catalog.regclass::text as "table",
       c.relname ~ '_cc(new|old)[0-9]*$' as is_leftover,
       pg_catalog.pg_has_role(c.relowner, 'USAGE') as is_owner,
       pg_catalog.pg_get_userbyid(c.relowner) as owner
  from pg_catalog.pg_index i
  join pg_catalog.pg_class c on c.oid = i.indexrelid
  join pg_catalog.pg_namespace n on n.oid = c.relnamespace
 where not i.indisvalid
   and c.relkind = 'i'
   and n.nspname !~ '^pg_'
   and not exists (select from pg_catalog.pg_locks l
                    where l.locktype = 'relation' and l.relation = i.indexrelid and l.granted and l.pid <> pg_catalog.pg_backend_pid()
                      and l.database = (select d.oid from pg_catalog.pg_database d where d.datname = pg_catalog.current_database()))
 order by 1;
