-- Roles of the server by name.
select r.rolname as name from pg_catalog.pg_roles r where r.rolname !~ '^pg_' order by 1
