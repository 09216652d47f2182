-- Roles that log in and when their passwords end; pg_catalog.pg_roles shows no password.
select r.rolname as role,
       case when isfinite(r.rolvaliduntil) then extract(epoch from r.rolvaliduntil - now())::bigint end as valid_s
from pg_catalog.pg_roles r
where r.rolcanlogin
order by 1
