-- What views and materialized views read, for the order in which materialized ones are refreshed.
select distinct r.ev_class::bigint as reader,
       d.refobjid::bigint as source
  from pg_catalog.pg_rewrite r
  join pg_catalog.pg_depend d on d.classid = 'pg_catalog.pg_rewrite'::regclass and d.objid = r.oid
   and d.refclassid = 'pg_catalog.pg_class'::regclass and d.refobjid <> r.ev_class
  join pg_catalog.pg_class c on c.oid = d.refobjid and c.relkind in ('v', 'm')
