-- Temporary files of the default tablespace: for superusers and pg_monitor.
select count(*) as files, coalesce(sum(t.size), 0)::bigint as size_bytes from pg_ls_tmpdir() t
