-- The few numbers of the database itself that a deployment may spoil, in one row.
select pg_catalog.pg_stat_get_db_deadlocks(d.oid) as deadlocks,
       pg_catalog.pg_stat_get_db_stat_reset_time(d.oid) as stats_reset,
       (select count(*) from pg_catalog.pg_index i where not i.indisvalid) as invalid_indexes,
       (select n.nspname from pg_catalog.pg_extension e join pg_catalog.pg_namespace n on n.oid = e.extnamespace
        where e.extname = 'pg_stat_statements') as statements_schema
from pg_catalog.pg_database d
where d.datname = current_database()
