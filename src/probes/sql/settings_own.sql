-- Settings of single databases and roles (ALTER DATABASE, ALTER ROLE ... SET), in the words that were typed; what kind of value it is, for who would read them.
select case when d.datname is null and r.rolname is null then 'all roles'
            when d.datname is null then 'role ' || r.rolname
            when r.rolname is null then 'database ' || d.datname
            else 'role ' || r.rolname || ' in database ' || d.datname end as scope,
       c.name, c.value, g.vartype, g.unit, g.boot_val, g.context
from pg_db_role_setting s
left join pg_database d on d.oid = s.setdatabase
left join pg_roles r on r.oid = s.setrole
cross join lateral (select split_part(i.item, '=', 1) as name, substr(i.item, strpos(i.item, '=') + 1) as value from unnest(s.setconfig) i(item)) c
left join pg_settings g on lower(g.name) = lower(c.name)
order by 1, 2
