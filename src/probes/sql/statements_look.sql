-- Where pg_stat_statements is in this database, and what keeps it from being there.
select e.extversion as version, quote_ident(n.nspname) as schema,
	pg_has_role(current_user, 'pg_read_all_stats', 'usage') as may_read, quote_ident(current_user) as role,
	case when e.oid is null then (select default_version from pg_available_extensions where name = 'pg_stat_statements') end as available,
	case when pg_has_role(current_user, 'pg_read_all_settings', 'usage')
		then current_setting('shared_preload_libraries') like '%pg_stat_statements%' end as is_loaded
from (select 1) one
left join pg_extension e on e.extname = 'pg_stat_statements'
left join pg_namespace n on n.oid = e.extnamespace
