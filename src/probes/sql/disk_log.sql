-- The folder of the log: for superusers and pg_monitor.
select count(*) as files, coalesce(sum(w.size), 0)::bigint as size_bytes from pg_ls_waldir() w
