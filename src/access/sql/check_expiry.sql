-- Passwords that end soon, and, in one line, those that never do. A role without a password of its own cannot be told from here.
select 'warning' as severity, r.rolname as role, 'expiry' as item,
       pg_catalog.format('the password of %s %s on %s', r.rolname, case when r.rolvaliduntil < now() then 'ended' else 'ends' end,
         to_char(r.rolvaliduntil at time zone 'UTC', 'YYYY-MM-DD')) as finding,
       pg_catalog.format('a new one, and ALTER ROLE %I VALID UNTIL ...', r.rolname) as mend
  from pg_catalog.pg_roles r
 where r.rolcanlogin and r.rolvaliduntil < now() + interval '30 days'
   and pg_catalog.has_database_privilege(r.oid, (select d.oid from pg_catalog.pg_database d where d.datname = pg_catalog.current_database()), 'CONNECT')
union all
select 'note', null, 'expiry',
       pg_catalog.format('%s role%s may log in for ever: %s', count(*), case when count(*) = 1 then '' else 's' end,
         pg_catalog.array_to_string((pg_catalog.array_agg(r.rolname::text order by r.rolname))[1:5], ', ') || case when count(*) > 5 then ', ...' else '' end),
       'ALTER ROLE ... VALID UNTIL, where passwords are to be renewed'
  from pg_catalog.pg_roles r
 where r.rolcanlogin and (r.rolvaliduntil is null or r.rolvaliduntil = 'infinity')
   and pg_catalog.has_database_privilege(r.oid, (select d.oid from pg_catalog.pg_database d where d.datname = pg_catalog.current_database()), 'CONNECT')
having count(*) > 0
 order by 1 desc, 2
