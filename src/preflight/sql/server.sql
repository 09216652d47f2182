-- What a checklist wants to know of a server and of the database that is asked, in one row.
select current_setting('max_connections')::int as max_connections,
       current_setting('superuser_reserved_connections')::int
         + coalesce(current_setting('reserved_connections', true)::int, 0) as reserved_connections,
       current_setting('password_encryption') as password_encryption,
       current_setting('ssl') as ssl,
       pg_is_in_recovery() as is_in_recovery,
       current_user as who,
       has_table_privilege('pg_catalog.pg_authid', 'select') as sees_passwords,
       (select s.reset_val from pg_catalog.pg_settings s where s.name = 'TimeZone') as time_zone,
       (select s.source from pg_catalog.pg_settings s where s.name = 'TimeZone') as time_zone_source
