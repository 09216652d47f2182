-- Who is connected to the database $1, by application; pgtend's own sessions apart.
select coalesce(nullif(a.application_name, ''), 'without a name') as application,
       a.usename as "user",
       pg_catalog.count(*) as connections,
       pg_catalog.count(*) filter (where a.state <> 'idle') as busy
  from pg_catalog.pg_stat_activity a
 where a.datname = $1
   and coalesce(a.backend_type, 'client backend') = 'client backend'
   and a.application_name not like 'pgtend%'
 group by 1, 2
 order by 3 desc, 1, 2
