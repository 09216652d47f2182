-- Every table that bears a name which a migration tool gives to its history, with its columns. $1 schema or null: any; $2 table or null: the usual names.
select n.nspname as schema,
       c.relname as name,
       (select pg_catalog.string_agg(a.attname || ' ' || pg_catalog.format_type(a.atttypid, null), ',' order by a.attnum)
          from pg_catalog.pg_attribute a
         where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped) as columns
  from pg_catalog.pg_class c
  join pg_catalog.pg_namespace n on n.oid = c.relnamespace
 where case when $2::text is null then c.relname in ('pgmigrations', '__drizzle_migrations', 'schema_migrations', '_migrations', '_schema_migrations', 'migrations') else c.relname = $2 end
   and ($1::text is null or n.nspname = $1)
   and c.relkind in ('r', 'p')
   and n.nspname !~ '^pg_'
 order by 1, 2;
