-- Where the server keeps this database, as far as this role may know, and its process that answers: who finds that process on his own machine, with the
-- same beginning, may look at that folder's disk.
select (select s.setting from pg_settings s where s.name = 'data_directory') as data_directory,
       (select pg_tablespace_location(d.dattablespace) from pg_database d where d.datname = current_database()) as location,
       pg_backend_pid() as pid,
       (select extract(epoch from a.backend_start) from pg_stat_activity a where a.pid = pg_backend_pid()) as started_s
