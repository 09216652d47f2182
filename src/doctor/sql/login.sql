-- Who we are after the login, where the server tells: how we were let in stands in system_user, from version 16 on ("scram-sha-256:ada").
select current_user as who, current_database() as dbname,
       (select d.oid from pg_catalog.pg_database d where d.datname = current_database()) as oid,
       split_part(current_setting('server_version'), ' ', 1) as version, pg_catalog.pg_is_in_recovery() as is_in_recovery
