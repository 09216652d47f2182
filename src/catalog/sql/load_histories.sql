-- Tables in which migration tools write down what ran: no schema of the user's, and what clean keeps. Where a name is a common word, by their
-- columns too.
select n.nspname as schema, c.relname as name, c.oid
  from pg_catalog.pg_class c
  join pg_catalog.pg_namespace n on n.oid = c.relnamespace
 where c.oid >= 16384 and c.relkind in ('r', 'p') and n.nspname !~ '^(pg_|_timescaledb_)'
   and (n.nspname in ('drizzle', 'sqitch', 'pgroll', 'atlas_schema_revisions', 'graphile_migrate', 'supabase_migrations')
        or c.relname in ('pgmigrations', '__drizzle_migrations', 'schema_migrations', 'ar_internal_metadata', 'schema_version',
                         'flyway_schema_history', 'goose_db_version', '_prisma_migrations', 'knex_migrations', 'knex_migrations_lock',
                         'alembic_version', 'django_migrations', 'SequelizeMeta', 'mikro_orm_migrations', 'databasechangelog',
                         'databasechangeloglock', '__EFMigrationsHistory', 'doctrine_migration_versions', 'typeorm_migrations',
                         '_sqlx_migrations', '__diesel_schema_migrations', 'refinery_schema_history', 'kysely_migration',
                         'kysely_migration_lock', 'gorp_migrations', 'atlas_schema_revisions', 'schemamigrations', 'seaql_migrations')
        or (c.relname in ('migrations', 'migration_versions', 'migration_history')
            and exists (select from pg_catalog.pg_attribute a where a.attrelid = c.oid and a.attnum > 0
                           and a.attname in ('name', 'migration', 'migration_name', 'filename', 'version'))
            and exists (select from pg_catalog.pg_attribute a where a.attrelid = c.oid and a.attnum > 0
                           and a.attname in ('executed_at', 'applied_at', 'run_on', 'batch', 'timestamp', 'hash', 'created_at'))))
