-- How the passwords of roles that log in are kept. Only superusers see pg_authid; never the password itself is looked at.
select 'warning' as severity,
       r.rolname as role,
       'md5' as item,
       pg_catalog.format('the password of %s is kept as md5: who has read it can log in with it', r.rolname) as finding,
       pg_catalog.format('\password %I in psql, with password_encryption = scram-sha-256', r.rolname) as mend
  from pg_catalog.pg_authid r
 where r.rolcanlogin and r.rolpassword like 'md5%' and (r.rolvaliduntil is null or r.rolvaliduntil > now())
 order by r.rolname
