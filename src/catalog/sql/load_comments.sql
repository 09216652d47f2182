-- Comments, by what they stand on. Of the database itself none: pgtend marks it by one.
select 'comment' as kind,
       i.schema,
       c.relname as parent,
       i.type || ' ' || i.identity as name,
       d.description as definition
  from pg_catalog.pg_description d
  cross join lateral pg_catalog.pg_identify_object(d.classoid, d.objoid, d.objsubid) i
  left join pg_catalog.pg_class c on d.classoid = 'pg_catalog.pg_class'::pg_catalog.regclass and c.oid = d.objoid and c.relkind <> 'i'
 where d.objoid >= 16384
   and coalesce(i.schema, '') <> 'pgtend' and coalesce(i.schema, '') !~ '^(pg_temp|_timescaledb_)'
   and d.classoid <> 'pg_catalog.pg_extension'::pg_catalog.regclass
   and not exists (select from pg_catalog.pg_depend e where e.classid = d.classoid and e.objid = d.objoid and e.deptype = 'e')
