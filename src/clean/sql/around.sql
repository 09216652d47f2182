-- How long the server waits before it looks for a deadlock, whether anything is published, and the records of what was seeded, unless somebody's trigger or rule would run with them.
select (extract(epoch from pg_catalog.current_setting('deadlock_timeout')::interval) * 1000)::int as deadlock_ms,
       exists (select from pg_catalog.pg_publication) as has_publications,
       s.oid is not null as has_seeds,
       coalesce(s.relkind = 'r' and not s.relhastriggers and not s.relhasrules and not s.relrowsecurity
                and pg_catalog.has_schema_privilege(n.oid, 'USAGE') and pg_catalog.has_table_privilege(s.oid, 'DELETE'), false) as may_forget
  from (values (1)) one (row)
  left join pg_catalog.pg_namespace n on n.nspname = 'pgtend'
  left join pg_catalog.pg_class s on s.relnamespace = n.oid and s.relname = 'seeds'
