-- Ends what a program that was ended has left behind: the server would finish its statement, and commit it.
select pg_catalog.pg_terminate_backend(a.pid)
  from pg_catalog.pg_stat_activity a
 where a.application_name = $1
   and a.datname = pg_catalog.current_database()
   and a.pid <> pg_catalog.pg_backend_pid();
