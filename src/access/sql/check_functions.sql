-- Functions that run with their owner's superuser rights, callable by everybody, whose names are looked up where the caller says: a way to become superuser.
select 'warning' as severity, pg_catalog.pg_get_userbyid(p.proowner) as role, 'function' as item,
       pg_catalog.format('%s runs as superuser %s for everybody, with the search path of who calls it', p.oid::regprocedure, pg_catalog.pg_get_userbyid(p.proowner)) as finding,
       pg_catalog.format('ALTER FUNCTION %s SET search_path = pg_catalog, pg_temp', p.oid::regprocedure) as mend
  from pg_catalog.pg_proc p
  join pg_catalog.pg_roles r on r.oid = p.proowner and r.rolsuper
  join pg_catalog.pg_namespace n on n.oid = p.pronamespace and n.nspname not in ('pg_catalog', 'information_schema')
 where p.prosecdef and not exists (select from pg_catalog.unnest(p.proconfig) c where c like 'search_path=%')
   and pg_catalog.has_function_privilege('public', p.oid, 'EXECUTE')
   and not exists (select from pg_catalog.pg_depend d where d.classid = 'pg_catalog.pg_proc'::regclass and d.objid = p.oid and d.deptype = 'e')
 order by 4
 limit 20
