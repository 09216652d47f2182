-- The same where system_user tells by which method we were let in.
select current_user as who, current_database() as dbname,
       (select d.oid from pg_catalog.pg_database d where d.datname = current_database()) as oid,
       split_part(current_setting('server_version'), ' ', 1) as version, pg_catalog.pg_is_in_recovery() as is_in_recovery,
       split_part(system_user, ':', 1) as method
