-- How the passwords of roles that log in are kept, not what they are. pg_authid is for superusers, and for whom they grant it to.
select r.rolname as role,
       case when r.rolpassword is null then 'none'
            when r.rolpassword like 'SCRAM-SHA-256$%' then 'scram'
            when r.rolpassword like 'md5%' then 'md5'
            else 'other' end as kept
from pg_catalog.pg_authid r
where r.rolcanlogin
order by 1
