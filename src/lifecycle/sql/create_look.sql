-- What create must know before it makes the database $1, asked on another database of the same server.
select exists (select from pg_catalog.pg_database where datname = $1) as is_there,
       (select pg_catalog.shobj_description(oid, 'pg_database') from pg_catalog.pg_database where datname = $1) as comment,
       (select pg_catalog.pg_encoding_to_char(encoding) from pg_catalog.pg_database where datname = 'template1') as template_encoding,
       (select rolcreatedb or rolsuper from pg_catalog.pg_roles where rolname = current_user) as may_create,
       current_user as role
