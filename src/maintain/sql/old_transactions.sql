-- Whose transaction in this database is oldest: what is built concurrently waits until all that may still see the old are through.
select a.pid, a.usename as "user", coalesce(nullif(a.application_name, ''), 'without a name') as application,
       coalesce(a.state, a.backend_type) as state, extract(epoch from pg_catalog.now() - a.xact_start)::bigint as since_s
  from pg_catalog.pg_stat_activity a
 where a.datname = pg_catalog.current_database() and a.pid <> pg_catalog.pg_backend_pid() and a.xact_start is not null
   and coalesce(a.backend_type, '') <> 'autovacuum worker'
 order by a.xact_start
 limit 1
