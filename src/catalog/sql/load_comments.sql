-- Comments, by what they stand on; that on a constraint, an index or the like goes with its table. Of the database itself none: pgtend marks it by one.
select 'comment' as kind,
       i.schema,
       c.relname as parent,
       i.type || ' ' || i.identity as name,
       d.description as definition
  from pg_catalog.pg_description d
  cross join lateral pg_catalog.pg_identify_object(d.classoid, d.objoid, d.objsubid) i
  left join pg_catalog.pg_class c on c.oid = case d.classoid
    when 'pg_catalog.pg_class'::pg_catalog.regclass then coalesce((select x.indrelid from pg_catalog.pg_index x where x.indexrelid = d.objoid), d.objoid)
    when 'pg_catalog.pg_constraint'::pg_catalog.regclass then (select o.conrelid from pg_catalog.pg_constraint o where o.oid = d.objoid)
    when 'pg_catalog.pg_trigger'::pg_catalog.regclass then (select t.tgrelid from pg_catalog.pg_trigger t where t.oid = d.objoid)
    when 'pg_catalog.pg_rewrite'::pg_catalog.regclass then (select w.ev_class from pg_catalog.pg_rewrite w where w.oid = d.objoid)
    when 'pg_catalog.pg_policy'::pg_catalog.regclass then (select p.polrelid from pg_catalog.pg_policy p where p.oid = d.objoid) end
 where (d.objoid >= 16384 or i.type = 'schema' and i.identity = 'public')
   and i.type <> 'large object'
   and coalesce(i.schema, '') <> 'pgtend' and coalesce(i.schema, '') !~ '^(pg_temp|_timescaledb_)'
   and d.classoid <> 'pg_catalog.pg_extension'::pg_catalog.regclass
   and not exists (select from pg_catalog.pg_depend e where e.classid = d.classoid and e.objid = d.objoid and e.deptype = 'e')
