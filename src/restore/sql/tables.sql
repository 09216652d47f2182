-- Tables whose rows a dump holds, by the name that a manifest counts them under, and as SQL. $1: those that belong to an extension, or all others.
select n.nspname || '.' || c.relname as name,
       pg_catalog.quote_ident(n.nspname) || '.' || pg_catalog.quote_ident(c.relname) as quoted
  from pg_catalog.pg_class c
  join pg_catalog.pg_namespace n on n.oid = c.relnamespace
 where c.relkind = 'r'
   and c.relpersistence <> 't'
   and n.nspname not in ('pg_catalog', 'information_schema')
   and n.nspname !~ '^pg_(toast|temp)'
   and exists (select
                 from pg_catalog.pg_depend d
                where d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass
                  and d.objid = c.oid
                  and d.deptype = 'e') = $1::bool
 order by pg_catalog.pg_relation_size(c.oid) desc, 1
