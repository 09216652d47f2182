-- Tablespaces and where they lie, measured where this role may; the server's process that answers, for who would look at that folder's disk himself.
-- Reads the size of every file: asked once an hour.
select t.spcname as name, nullif(pg_tablespace_location(t.oid), '') as location,
       case when has_tablespace_privilege(t.oid, 'create') or pg_has_role('pg_read_all_stats', 'usage') then pg_tablespace_size(t.oid) end as size_bytes,
       (select s.setting from pg_settings s where s.name = 'data_directory') as data_directory,
       has_function_privilege('pg_catalog.pg_ls_waldir()', 'execute') as may_list_log,
       has_function_privilege('pg_catalog.pg_ls_tmpdir()', 'execute') as may_list_temporary,
       pg_backend_pid() as pid,
       (select extract(epoch from a.backend_start) from pg_stat_get_activity(pg_backend_pid()) a) as started_s
from pg_tablespace t
order by t.oid
