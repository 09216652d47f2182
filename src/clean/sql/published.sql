-- Tables whose changes a publication carries elsewhere, row by row. Asked where there are publications: the view takes longer to plan than to read.
select distinct c.oid::bigint as published
  from pg_catalog.pg_publication_tables p
  join pg_catalog.pg_namespace n on n.nspname = p.schemaname
  join pg_catalog.pg_class c on c.relnamespace = n.oid and c.relname = p.tablename
