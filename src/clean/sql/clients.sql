-- Who else is connected to this database, by application.
select coalesce(nullif(a.application_name, ''), 'without a name') as application,
       a.usename as "user",
       count(*) as connections,
       count(*) filter (where a.state <> 'idle') as busy
  from pg_catalog.pg_stat_activity a
 where a.datname = pg_catalog.current_database()
   and a.pid <> pg_catalog.pg_backend_pid()
   and a.backend_type = 'client backend'
   and a.application_name not like 'pgtend%'
 group by 1, 2
 order by 3 desc, 1, 2
