-- Whether this role may set log_min_duration_statement for the database, and whom it would reach. Before 15 nobody can be granted that.
select current_database() as dbname, d.datdba::regrole::text as owner, quote_ident(current_user) as role,
	(select rolsuper from pg_roles where rolname = current_user) as is_superuser,
	pg_has_role(current_user, d.datdba, 'usage') as is_owner,
	(select rolsuper from pg_roles where rolname = current_user) as may_set,
	(select count(*) from pg_stat_activity a where a.datid = d.oid and a.pid <> pg_backend_pid() and coalesce(a.backend_type, 'client backend') = 'client backend') as sessions
from pg_database d
where d.datname = current_database()
