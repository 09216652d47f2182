-- Indexes that are not valid, and constraints that are not validated.
select 'index ' || pg_catalog.quote_ident(n.nspname) || '.' || pg_catalog.quote_ident(c.relname) || ' is invalid' as object
  from pg_catalog.pg_index x
  join pg_catalog.pg_class c on c.oid = x.indexrelid
  join pg_catalog.pg_namespace n on n.oid = c.relnamespace
 where not x.indisvalid
   and n.nspname not in ('pg_catalog', 'information_schema', 'pg_toast')
union all
select 'constraint ' || pg_catalog.quote_ident(k.conname) || ' on ' || pg_catalog.quote_ident(n.nspname) || '.' ||
       pg_catalog.quote_ident(c.relname) || ' is not validated'
  from pg_catalog.pg_constraint k
  join pg_catalog.pg_class c on c.oid = k.conrelid
  join pg_catalog.pg_namespace n on n.oid = c.relnamespace
 where not k.convalidated
   and k.contype in ('c', 'f', 'n')
   and n.nspname not in ('pg_catalog', 'information_schema', 'pg_toast')
 order by 1
