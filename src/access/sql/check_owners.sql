-- Roles by which applications are connected that own tables: they can drop them, and no grant takes that away.
select 'note' as severity, r.rolname as role, 'owner' as item,
       pg_catalog.format('%s connect%s as %s, which owns %s table%s of this database and can drop them', x.applications, case when x.many then '' else 's' end, r.rolname, count(*),
         case when count(*) = 1 then '' else 's' end) as finding,
       pg_catalog.format('let migrations own them, and grant the application what it needs: pgtend access grant') as mend
  from (select a.usesysid, pg_catalog.string_agg(distinct coalesce(nullif(a.application_name, ''), 'an application without a name'), ', ') as applications,
               count(distinct a.application_name) > 1 as many
          from pg_catalog.pg_stat_activity a
         where a.datname = pg_catalog.current_database() and a.pid <> pg_catalog.pg_backend_pid() and coalesce(a.backend_type, 'client backend') = 'client backend'
           and a.application_name !~* '^(pgtend|psql|pg_|pgbackrest|pgcenter|pgcli|pgadmin|dbeaver|datagrip|vacuumdb|reindexdb|clusterdb)'
         group by a.usesysid) x
  join pg_catalog.pg_roles r on r.oid = x.usesysid and not r.rolsuper
  join pg_catalog.pg_class c on c.relowner = r.oid and c.relkind in ('r', 'p')
 group by r.rolname, x.applications, x.many
 order by r.rolname
