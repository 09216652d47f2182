-- Who is still connected to the database of oid $1.
select pg_catalog.string_agg('pid ' || a.pid || ' (' || coalesce(nullif(a.application_name, ''), a.backend_type, 'without a name') ||
                             coalesce(', ' || a.usename, '') || ')', ', ' order by a.pid) as holders
  from pg_catalog.pg_stat_activity a
 where a.datid = $1::oid
   and a.pid <> pg_catalog.pg_backend_pid()
