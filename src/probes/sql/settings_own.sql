-- Settings of single databases and roles (ALTER DATABASE, ALTER ROLE ... SET).
select case when d.datname is null and r.rolname is null then 'all roles'
            when d.datname is null then 'role ' || r.rolname
            when r.rolname is null then 'database ' || d.datname
            else 'role ' || r.rolname || ' in database ' || d.datname end as scope,
       split_part(c.item, '=', 1) as name, substr(c.item, strpos(c.item, '=') + 1) as value
from pg_db_role_setting s
left join pg_database d on d.oid = s.setdatabase
left join pg_roles r on r.oid = s.setrole
cross join unnest(s.setconfig) c(item)
order by 1, 2
