-- Who keeps the database $1 in use, ours apart.
select pg_catalog.string_agg(pg_catalog.format('pid %s (%s%s%s)', a.pid, coalesce(nullif(a.application_name, ''), a.backend_type, 'without a name'), ', user ' || a.usename,
                             ', since ' || pg_catalog.to_char(a.backend_start at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"')), ', ' order by a.pid) as who
  from pg_catalog.pg_stat_activity a
 where a.datname = $1
   and a.pid <> pg_catalog.pg_backend_pid()
   and a.backend_type is distinct from 'autovacuum worker'
