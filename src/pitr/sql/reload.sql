-- ALTER SYSTEM only writes; this has the server read it.
select pg_reload_conf()
