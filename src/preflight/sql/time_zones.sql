-- Time zones that were set for this database, for all databases, or for a role that may log in.
select case when s.setdatabase = 0 then null else d.datname end as dbname, r.rolname as role,
       substr(c.setting, 10) as time_zone
from pg_catalog.pg_db_role_setting s
cross join lateral unnest(s.setconfig) as c (setting)
left join pg_catalog.pg_database d on d.oid = s.setdatabase
left join pg_catalog.pg_roles r on r.oid = s.setrole
where lower(c.setting) like 'timezone=%' and (s.setdatabase = 0 or d.datname = current_database())
order by 1 nulls first, 2 nulls first
