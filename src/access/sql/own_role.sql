-- The role that asks, as it is written in a statement, and what it may see: asking without the right would be a line in the server's log.
select pg_catalog.quote_ident(current_user) as role,
       pg_catalog.has_table_privilege('pg_catalog.pg_hba_file_rules', 'SELECT') and pg_catalog.has_function_privilege('pg_catalog.pg_hba_file_rules()', 'EXECUTE') as hba,
       pg_catalog.has_table_privilege('pg_catalog.pg_authid', 'SELECT') as md5
