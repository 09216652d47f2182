-- Who can do what in this database: a row for each role ($1, or all) and for PUBLIC. Tables and sequences are counted as far as their schema lets the role reach
-- them. Objects with the same owner, grants and schema are asked about once.
with role as (
  select r.rolname::text as name, r.rolcanlogin, r.rolsuper, r.rolbypassrls, r.rolcreatedb, r.rolcreaterole, r.rolreplication, r.rolconnlimit, r.rolvaliduntil, r.oid
    from pg_catalog.pg_roles r
   where r.rolname !~ '^pg_'
  union all
  select 'public', false, false, false, false, false, false, -1, null, 0::oid
),
schema as (
  select n.oid, n.nspname
    from pg_catalog.pg_namespace n
   where n.nspname !~ '^pg_' and n.nspname <> 'information_schema' and n.nspname !~ '^_?timescaledb_'
),
same as (
  select c.relowner, c.relacl::text as acl, c.relnamespace, c.relkind = 'S' as is_sequence, min(c.oid) as one, count(*) as objects
    from pg_catalog.pg_class c
    join schema s on s.oid = c.relnamespace
   where c.relkind in ('r', 'p', 'v', 'm', 'f', 'S')
   group by 1, 2, 3, 4
),
may as (
  select r.name,
         sum(g.objects) filter (where not g.is_sequence) as tables,
         sum(g.objects) filter (where not g.is_sequence and u.may_use and pg_catalog.has_table_privilege(r.name, g.one, 'SELECT')) as read,
         sum(g.objects) filter (where not g.is_sequence and u.may_use and pg_catalog.has_table_privilege(r.name, g.one, 'INSERT')) as insert,
         sum(g.objects) filter (where not g.is_sequence and u.may_use and pg_catalog.has_table_privilege(r.name, g.one, 'UPDATE')) as update,
         sum(g.objects) filter (where not g.is_sequence and u.may_use and pg_catalog.has_table_privilege(r.name, g.one, 'DELETE')) as delete,
         sum(g.objects) filter (where not g.is_sequence and u.may_use and pg_catalog.has_table_privilege(r.name, g.one, 'TRUNCATE')) as truncate,
         sum(g.objects) filter (where not g.is_sequence and g.relowner = r.oid) as owned,
         sum(g.objects) filter (where case when g.is_sequence then u.may_use and pg_catalog.has_sequence_privilege(r.name, g.one, 'USAGE') end) as sequences
    from role r
    cross join same g
    cross join lateral (select pg_catalog.has_schema_privilege(r.name, g.relnamespace, 'USAGE') as may_use) u
   group by 1
)
select r.name as role,
       case when r.name = 'public' then 'everybody'
            when r.rolsuper then 'superuser'
            when d.datdba = r.oid or m.owned > 0 then 'owner'
            when m.insert > 0 or m.update > 0 or m.delete > 0 then 'read and write'
            when m.read > 0 then 'read only'
            when pg_catalog.has_database_privilege(r.name, d.oid, 'CONNECT') then 'connect only'
            else 'nothing' end as profile,
       r.rolcanlogin as is_login,
       r.rolsuper as is_superuser,
       r.rolbypassrls as is_bypassing_rls,
       r.rolcreatedb as may_create_databases,
       r.rolcreaterole as may_create_roles,
       r.rolreplication as may_replicate,
       (select pg_catalog.string_agg(distinct g.rolname::text, E'\n')
          from pg_catalog.pg_auth_members a join pg_catalog.pg_roles g on g.oid = a.roleid where a.member = r.oid) as member_of,
       pg_catalog.has_database_privilege(r.name, d.oid, 'CONNECT') as may_connect,
       pg_catalog.has_database_privilege(r.name, d.oid, 'CREATE') as may_create_schemas,
       (select pg_catalog.string_agg(s.nspname, E'\n' order by s.nspname) from schema s where pg_catalog.has_schema_privilege(r.name, s.oid, 'USAGE')) as uses,
       (select pg_catalog.string_agg(s.nspname, E'\n' order by s.nspname) from schema s where pg_catalog.has_schema_privilege(r.name, s.oid, 'CREATE')) as creates_in,
       coalesce(m.tables, 0) as tables,
       coalesce(m.owned, 0) as owned,
       coalesce(m.read, 0) as readable,
       coalesce(m.insert, 0) as insertable,
       coalesce(m.update, 0) as updatable,
       coalesce(m.delete, 0) as deletable,
       coalesce(m.truncate, 0) as truncatable,
       coalesce(m.sequences, 0) as usable_sequences,
       (select pg_catalog.string_agg(x.words, E'\n' order by x.words)
          from (select pg_catalog.format('%s on %s of %s%s', pg_catalog.string_agg(e.privilege_type, ', ' order by e.privilege_type),
                         case f.defaclobjtype when 'r' then 'tables' when 'S' then 'sequences' when 'f' then 'functions' when 'T' then 'types' when 'n' then 'schemas' else 'large objects' end,
                         pg_catalog.pg_get_userbyid(f.defaclrole), coalesce(' in ' || n.nspname, '')) as words
                  from pg_catalog.pg_default_acl f
                  cross join lateral pg_catalog.aclexplode(f.defaclacl) e
                  left join pg_catalog.pg_namespace n on n.oid = f.defaclnamespace
                 where e.grantee = r.oid
                 group by f.oid, f.defaclobjtype, f.defaclrole, n.nspname) x) as future,
       nullif(r.rolconnlimit, -1) as connection_limit,
       case when pg_catalog.isfinite(r.rolvaliduntil) then r.rolvaliduntil end as password_until
  from role r
  left join may m on m.name = r.name
  join pg_catalog.pg_database d on d.datname = pg_catalog.current_database()
 where $1::text is null or r.name = $1
 order by r.name = 'public' desc, r.rolsuper desc, r.rolcanlogin desc, r.name
