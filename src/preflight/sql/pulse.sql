-- The few numbers of the database itself that a deployment may spoil, in one row; and whether pg_stat_statements can be asked: to try would
-- leave an error in the server's log. Without pg_read_all_stats it tells of the role's own statements alone.
with statements as (
  select n.nspname, has_schema_privilege(n.oid, 'usage') as is_open, string_to_array(e.extversion, '.')::int[] >= '{1,8}' as is_new,
         exists (select from pg_catalog.pg_settings s where s.name = 'pg_stat_statements.track') as is_loaded
  from pg_catalog.pg_extension e join pg_catalog.pg_namespace n on n.oid = e.extnamespace
  where e.extname = 'pg_stat_statements'
)
select pg_catalog.pg_stat_get_db_deadlocks(d.oid) as deadlocks,
       pg_catalog.pg_stat_get_db_stat_reset_time(d.oid) as stats_reset,
       (select count(*) from pg_catalog.pg_index i where not i.indisvalid) as invalid_indexes,
       s.nspname as statements_schema,
       case when s.nspname is null then 'pg_stat_statements is not installed in this database'
            when not s.is_loaded then 'pg_stat_statements is installed, but its library does not start with the server'
            when not s.is_open then format('%s may not use schema %I of pg_stat_statements', current_user, s.nspname)
            when not s.is_new then 'pg_stat_statements is older than 1.8' end as unseen,
       case when s.nspname is null then 'CREATE EXTENSION pg_stat_statements (shared_preload_libraries first)'
            when not s.is_loaded then 'add pg_stat_statements to shared_preload_libraries, then restart the server'
            when not s.is_open then format('GRANT USAGE ON SCHEMA %I TO %I', s.nspname, current_user)
            when not s.is_new then 'ALTER EXTENSION pg_stat_statements UPDATE' end as unseen_mend,
       pg_has_role('pg_read_all_stats', 'usage') as sees_all_statements,
       current_user as who, quote_ident(current_user) as role
from pg_catalog.pg_database d
left join statements s on true
where d.datname = current_database()
