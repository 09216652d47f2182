-- Superusers, and others whom nothing bars, by whom applications are connected to this database: one row a role and application. People's own tools do not count.
select case when r.rolsuper then 'critical' else 'warning' end as severity,
       r.rolname as role,
       case when r.rolsuper then 'superuser' else 'bypassrls' end as item,
       pg_catalog.format('%s session%s of %s connect%s as %s, %s', count(*), case when count(*) = 1 then '' else 's' end,
         coalesce(nullif(a.application_name, ''), 'an application without a name'), case when count(*) = 1 then 's' else '' end, r.rolname,
         case when r.rolsuper then 'a superuser: no grant limits it' else 'which no row-level policy limits' end) as finding,
       'give it a role of its own: pgtend access grant' as mend
  from pg_catalog.pg_stat_activity a
  join pg_catalog.pg_roles r on r.oid = a.usesysid and (r.rolsuper or r.rolbypassrls)
 where a.datname = pg_catalog.current_database()
   and a.pid <> pg_catalog.pg_backend_pid()
   and coalesce(a.backend_type, 'client backend') = 'client backend'
   and a.application_name !~* '^(pgtend|psql|pg_(dump|dumpall|restore|basebackup|receivewal|isready|rewind|activity|top)|pgbackrest|pgcenter|pgcli|pgadmin|dbeaver|datagrip|vacuumdb|reindexdb|clusterdb)'
 group by r.rolsuper, r.rolname, a.application_name
 order by r.rolsuper desc, r.rolname, count(*) desc
