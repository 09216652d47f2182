-- Whether the role that pgtend uses sees what others do.
select 'warning' as severity,
       r.rolname as role,
       'monitor' as item,
       pg_catalog.format('pgtend connects as %s, which is no member of pg_monitor: queries, waits, settings and sizes of others stay hidden', r.rolname) as finding,
       pg_catalog.format('GRANT pg_monitor TO %I', r.rolname) as mend
  from pg_catalog.pg_roles r
 where r.rolname = current_user and not r.rolsuper and not pg_catalog.pg_has_role(r.oid, 'pg_monitor', 'USAGE')
