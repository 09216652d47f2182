-- Types that somebody has made: enums, composites, domains, ranges, base types. Those of tables, arrays and multiranges come with what they belong to.
select case t.typtype when 'd' then 'domain' else 'type' end as kind,
       n.nspname as schema,
       null as parent,
       t.typname as name,
       case t.typtype
         when 'e' then 'enum (' || coalesce((select pg_catalog.string_agg(pg_catalog.quote_literal(e.enumlabel), ', ' order by e.enumsortorder)
                                               from pg_catalog.pg_enum e where e.enumtypid = t.oid), '') || ')'
         when 'c' then 'composite (' || coalesce((select pg_catalog.string_agg(
                           pg_catalog.concat_ws(' ', pg_catalog.quote_ident(a.attname), pg_catalog.format_type(a.atttypid, a.atttypmod),
                             (select 'collate ' || l.oid::pg_catalog.regcollation::text from pg_catalog.pg_collation l where l.oid = a.attcollation and l.collname <> 'default')),
                           ', ' order by a.attnum)
                           from pg_catalog.pg_attribute a where a.attrelid = t.typrelid and a.attnum > 0 and not a.attisdropped), '') || ')'
         when 'd' then pg_catalog.concat_ws(' ', pg_catalog.format_type(t.typbasetype, t.typtypmod),
                         (select 'collate ' || l.oid::pg_catalog.regcollation::text from pg_catalog.pg_collation l where l.oid = t.typcollation and l.collname <> 'default'),
                         case when t.typnotnull then 'not null' end,
                         'default ' || t.typdefault,
                         (select pg_catalog.string_agg('constraint ' || pg_catalog.quote_ident(o.conname) || ' ' || pg_catalog.pg_get_constraintdef(o.oid), ' '
                                   order by o.conname)
                            from pg_catalog.pg_constraint o where o.contypid = t.oid and o.contype = 'c'))
         when 'r' then (select 'range of ' || pg_catalog.concat_ws(' ', pg_catalog.format_type(g.rngsubtype, null),
                                 (select 'opclass ' || pg_catalog.format('%I.%I', cn.nspname, c.opcname) from pg_catalog.pg_opclass c
                                    join pg_catalog.pg_namespace cn on cn.oid = c.opcnamespace where c.oid = g.rngsubopc and not c.opcdefault),
                                 (select 'collate ' || l.oid::pg_catalog.regcollation::text from pg_catalog.pg_collation l where l.oid = g.rngcollation and l.collname <> 'default'),
                                 case when g.rngcanonical::oid <> 0 then 'canonical ' || g.rngcanonical::text end,
                                 case when g.rngsubdiff::oid <> 0 then 'subtype_diff ' || g.rngsubdiff::text end)
                          from pg_catalog.pg_range g where g.rngtypid = t.oid)
         when 'p' then 'shell'
         else pg_catalog.concat_ws(' ', 'base type', 'input', t.typinput, 'output', t.typoutput, 'length', t.typlen, 'storage', t.typstorage) end as definition
  from pg_catalog.pg_type t
  join pg_catalog.pg_namespace n on n.oid = t.typnamespace
 where t.oid >= 16384
   and t.typtype <> 'm'
   and not (t.typelem <> 0 and t.typlen = -1 and t.typname ~ '^_')
   and (t.typrelid = 0 or exists (select from pg_catalog.pg_class c where c.oid = t.typrelid and c.relkind = 'c'))
   and n.nspname <> 'pgtend' and n.nspname !~ '^(pg_|_timescaledb_)'
   and not exists (select from pg_catalog.pg_depend e
                    where e.classid = 'pg_catalog.pg_type'::pg_catalog.regclass and e.objid = t.oid and e.deptype = 'e')
