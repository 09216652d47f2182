-- What is there of the things that pending migrations speak of, one row each: a letter for its kind, schema, name, a part of it, and what can be compared.
-- $1: the names of relations, types, functions, schemas, extensions and the like that are looked for.
with wanted as materialized (
  select pg_catalog.unnest($1::text[]) as name
), relations as materialized (
  select c.oid, n.nspname, c.relname, c.relkind, c.relrowsecurity
    from pg_catalog.pg_class c
    join pg_catalog.pg_namespace n on n.oid = c.relnamespace
   where c.relname in (select name from wanted)
     and n.nspname <> 'pg_catalog' and n.nspname <> 'information_schema' and n.nspname !~ '^pg_(toast|temp)'
)
select 'r' as kind, r.nspname as schema, r.relname as name, '' as part, r.relkind::text as detail from relations r where r.relkind <> 'c'
union all
select 'R', r.nspname, r.relname, '', '' from relations r where r.relrowsecurity
union all
select 'c', r.nspname, r.relname, a.attname, t.typname
  from relations r join pg_catalog.pg_attribute a on a.attrelid = r.oid join pg_catalog.pg_type t on t.oid = a.atttypid
 where a.attnum > 0 and not a.attisdropped and r.relkind in ('r', 'p', 'v', 'm', 'f', 'c')
union all
select 'N', r.nspname, r.relname, a.attname, ''
  from relations r join pg_catalog.pg_attribute a on a.attrelid = r.oid
 where a.attnum > 0 and not a.attisdropped and a.attnotnull and r.relkind in ('r', 'p', 'f')
union all
select 'D', r.nspname, r.relname, a.attname, ''
  from relations r join pg_catalog.pg_attribute a on a.attrelid = r.oid
 where a.attnum > 0 and not a.attisdropped and (a.atthasdef or a.attidentity <> '') and r.relkind in ('r', 'p', 'v', 'f')
union all
select k.kind, r.nspname, r.relname, case k.kind when 'P' then '' else o.conname end, ''
  from relations r join pg_catalog.pg_constraint o on o.conrelid = r.oid
  join (values ('k'), ('V'), ('P')) k (kind) on k.kind = 'k' or (k.kind = 'V' and o.convalidated) or (k.kind = 'P' and o.contype = 'p')
union all
select 't', r.nspname, r.relname, g.tgname, ''
  from relations r join pg_catalog.pg_trigger g on g.tgrelid = r.oid where not g.tgisinternal
union all
select 'y', r.nspname, r.relname, p.polname, '' from relations r join pg_catalog.pg_policy p on p.polrelid = r.oid
union all
select 'u', r.nspname, r.relname, w.rulename, '' from relations r join pg_catalog.pg_rewrite w on w.ev_class = r.oid
union all
select 'i', r.nspname, r.relname, m.relname, ''
  from relations r join pg_catalog.pg_inherits h on h.inhrelid = r.oid join pg_catalog.pg_class m on m.oid = h.inhparent
union all
select 'T', n.nspname, t.typname, '', t.typtype::text
  from pg_catalog.pg_type t join pg_catalog.pg_namespace n on n.oid = t.typnamespace
 where t.typname in (select name from wanted) and n.nspname <> 'pg_catalog'
   and (t.typrelid = 0 or exists (select 1 from pg_catalog.pg_class c where c.oid = t.typrelid and c.relkind = 'c'))
union all
select 'l', n.nspname, t.typname, e.enumlabel, ''
  from pg_catalog.pg_type t join pg_catalog.pg_namespace n on n.oid = t.typnamespace join pg_catalog.pg_enum e on e.enumtypid = t.oid
 where t.typname in (select name from wanted)
union all
select k.kind, n.nspname, p.proname,
       case k.kind when 'F' then ''
         else coalesce((select pg_catalog.string_agg(t.typname, ',' order by a.number)
                          from pg_catalog.unnest(p.proargtypes::oid[]) with ordinality a (type, number)
                          join pg_catalog.pg_type t on t.oid = a.type), '') end,
       case k.kind when 'F' then '' else pg_catalog.encode(pg_catalog.sha256(pg_catalog.convert_to(p.prosrc, 'UTF8')), 'hex') end
  from pg_catalog.pg_proc p join pg_catalog.pg_namespace n on n.oid = p.pronamespace
  cross join (values ('f'), ('F')) k (kind)
 where p.proname in (select name from wanted) and n.nspname <> 'pg_catalog'
union all
select 'n', '', n.nspname, '', '' from pg_catalog.pg_namespace n where n.nspname in (select name from wanted)
union all
select 'x', '', x.extname, '', x.extversion from pg_catalog.pg_extension x where x.extname in (select name from wanted)
union all
select 's', n.nspname, s.stxname, '', ''
  from pg_catalog.pg_statistic_ext s join pg_catalog.pg_namespace n on n.oid = s.stxnamespace where s.stxname in (select name from wanted)
union all
select 'b', '', p.pubname, '', '' from pg_catalog.pg_publication p where p.pubname in (select name from wanted)
union all
select 'e', '', v.evtname, '', '' from pg_catalog.pg_event_trigger v where v.evtname in (select name from wanted)
union all
select 'g', '', g.rolname, '', '' from pg_catalog.pg_roles g where g.rolname in (select name from wanted)
union all
select 'v', '', s.srvname, '', '' from pg_catalog.pg_foreign_server s where s.srvname in (select name from wanted)
union all
select 'o', n.nspname, c.collname, '', ''
  from pg_catalog.pg_collation c join pg_catalog.pg_namespace n on n.oid = c.collnamespace
 where c.collname in (select name from wanted) and n.nspname <> 'pg_catalog';
