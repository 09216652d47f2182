-- Who owns what, and who may do what with it: one row an owner, one a role that was granted something. What the owner himself may is left out where
-- it is all.
with found (class, oid, letter, kind, schema, parent, name, owner, acl) as (
  select 'pg_catalog.pg_class'::pg_catalog.regclass, c.oid, case c.relkind when 'S' then 's' else 'r' end::"char",
         case c.relkind when 'S' then 'sequence' when 'v' then 'view' when 'm' then 'materialized view' when 'f' then 'foreign table' else 'table' end,
         n.nspname::text, c.relname::text, c.oid::pg_catalog.regclass::text, c.relowner, c.relacl
    from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace where c.relkind in ('r', 'p', 'v', 'm', 'f', 'S')
  union all
  select 'pg_catalog.pg_class'::pg_catalog.regclass, c.oid, 'c', 'column', n.nspname, c.relname, pg_catalog.format('%s.%I', c.oid::pg_catalog.regclass, a.attname), null, a.attacl
    from pg_catalog.pg_attribute a join pg_catalog.pg_class c on c.oid = a.attrelid join pg_catalog.pg_namespace n on n.oid = c.relnamespace
   where a.attacl is not null and a.attnum > 0
  union all
  select 'pg_catalog.pg_namespace'::pg_catalog.regclass, n.oid, 'n', 'schema', n.nspname, null, pg_catalog.quote_ident(n.nspname), n.nspowner, n.nspacl
    from pg_catalog.pg_namespace n
  union all
  select 'pg_catalog.pg_proc'::pg_catalog.regclass, p.oid, 'f', 'function', n.nspname, null, p.oid::pg_catalog.regprocedure::text, p.proowner, p.proacl
    from pg_catalog.pg_proc p join pg_catalog.pg_namespace n on n.oid = p.pronamespace where p.oid >= 16384
  union all
  select 'pg_catalog.pg_foreign_data_wrapper'::pg_catalog.regclass, w.oid, 'F', 'foreign data wrapper', null, null, pg_catalog.quote_ident(w.fdwname), w.fdwowner, w.fdwacl
    from pg_catalog.pg_foreign_data_wrapper w
  union all
  select 'pg_catalog.pg_foreign_server'::pg_catalog.regclass, v.oid, 'S', 'server', null, null, pg_catalog.quote_ident(v.srvname), v.srvowner, v.srvacl
    from pg_catalog.pg_foreign_server v
  union all
  select 'pg_catalog.pg_type'::pg_catalog.regclass, t.oid, 'T', 'type', n.nspname, null, pg_catalog.format_type(t.oid, null), t.typowner, t.typacl
    from pg_catalog.pg_type t join pg_catalog.pg_namespace n on n.oid = t.typnamespace where t.oid >= 16384 and t.typtype in ('e', 'd', 'r')
), own as (
  select f.* from found f
   where (f.oid >= 16384 or f.schema = 'public') and coalesce(f.schema, '') <> 'pgtend' and coalesce(f.schema, '') !~ '^(pg_|_timescaledb_|timescaledb_)'
     and not exists (select from pg_catalog.pg_depend e where e.classid = f.class and e.objid = f.oid and e.deptype = 'e')
)
select 'owner' as kind, o.schema, o.parent, o.kind || ' ' || o.name as name, pg_catalog.pg_get_userbyid(o.owner)::text as definition
  from own o where o.owner is not null
union all
select 'grant', o.schema, o.parent,
       pg_catalog.format('%s %s to %s', o.kind, o.name, case x.grantee when 0 then 'public' else pg_catalog.quote_ident(pg_catalog.pg_get_userbyid(x.grantee)) end),
       pg_catalog.string_agg(x.privilege_type || case when x.is_grantable then ' with grant option' else '' end, ', ' order by x.privilege_type)
  from own o
  cross join lateral pg_catalog.aclexplode(coalesce(o.acl, pg_catalog.acldefault(o.letter, o.owner))) x
 where x.grantee is distinct from o.owner
 group by o.schema, o.parent, o.kind, o.name, x.grantee
union all
select 'default privileges', n.nspname, null,
       pg_catalog.format('of %s for %s', pg_catalog.quote_ident(pg_catalog.pg_get_userbyid(d.defaclrole)),
         case d.defaclobjtype when 'r' then 'tables' when 'S' then 'sequences' when 'f' then 'functions' when 'T' then 'types' else 'schemas' end),
       (select pg_catalog.string_agg(x.acl::text, ', ' order by x.acl::text collate "C") from pg_catalog.unnest(d.defaclacl) x (acl))
  from pg_catalog.pg_default_acl d left join pg_catalog.pg_namespace n on n.oid = d.defaclnamespace
