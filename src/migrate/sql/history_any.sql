-- Is there any table that bears a name which a migration tool gives to its history? The cheap question before history_detect.sql: most databases say no.
select 1
  from pg_catalog.pg_class c
 where c.relname in ('pgmigrations', '__drizzle_migrations', 'schema_migrations', '_migrations', '_schema_migrations', 'migrations')
   and c.relkind in ('r', 'p')
 limit 1;
