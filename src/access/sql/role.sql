-- Whether role $1 is there, and whether grants mean anything to it.
select r.rolsuper as is_superuser from pg_catalog.pg_roles r where r.rolname = $1
