-- What role $1 lacks of a profile in this database, as statements in the order in which they are run. $2: application (it reads and writes) or readonly; $3: schemas
-- (a text array), or all that hold tables which no extension made; $4: a further history table. kind: do; excess (what it has beyond the profile, as the statement
-- that takes it away); cannot (in words: this session's role may not grant it). What PUBLIC may does not count: a profile stands by itself.
-- The history of migrations is only read, also by applications.
with given as (
  select $1::text as role, $2::text = 'application' as is_application, $3::text[] as schemas, $4::text as history,
         (select r.oid from pg_catalog.pg_roles r where r.rolname = $1) as oid,
         (select r.oid from pg_catalog.pg_roles r where r.rolname = current_user) as self,
         (select r.rolsuper from pg_catalog.pg_roles r where r.rolname = current_user) as is_super
),
space as (
  select n.oid, n.nspname, n.nspowner, n.nspacl
    from pg_catalog.pg_namespace n
    cross join given g
   where case when g.schemas is not null then n.nspname::text = any (g.schemas)
              else n.nspname !~ '^(pg_|_?timescaledb_)' and n.nspname not in ('information_schema', 'pgtend', 'drizzle')
                   and not exists (select from pg_catalog.pg_depend d where d.classid = 'pg_catalog.pg_namespace'::regclass and d.objid = n.oid and d.deptype = 'e')
                   and (n.nspname = 'public' or exists (select from pg_catalog.pg_class c where c.relnamespace = n.oid and c.relkind in ('r', 'p', 'v', 'm', 'f')))
         end
),
relation as (
  select c.oid, c.relname, c.relowner, c.relacl, c.relkind = 'S' as is_sequence, s.oid as space, s.nspname,
         pg_catalog.format('%I.%I', s.nspname, c.relname) as name,
         exists (select from pg_catalog.pg_depend d where d.classid = 'pg_catalog.pg_class'::regclass and d.objid = c.oid and d.deptype = 'e') as is_extension,
         coalesce(t.relname, c.relname) in ('pgmigrations', '__drizzle_migrations', 'schema_migrations', 'schema_version', 'flyway_schema_history', 'goose_db_version',
                                            '_prisma_migrations', 'knex_migrations', 'knex_migrations_lock', 'ar_internal_metadata', 'alembic_version', 'django_migrations')
           or coalesce(t.relname, c.relname)::text is not distinct from g.history as is_history
    from space s
    join pg_catalog.pg_class c on c.relnamespace = s.oid and c.relkind in ('r', 'p', 'v', 'm', 'f', 'S')
    cross join given g
    left join pg_catalog.pg_depend o on c.relkind = 'S' and o.classid = 'pg_catalog.pg_class'::regclass and o.objid = c.oid and o.deptype in ('a', 'i')
     and o.refclassid = 'pg_catalog.pg_class'::regclass
    left join pg_catalog.pg_class t on t.oid = o.refobjid
),
wanted as (
  select r.*, case when r.is_extension then array[]::text[]
                   when r.is_sequence then case when g.is_application and not r.is_history then array['USAGE', 'SELECT'] else array[]::text[] end
                   when g.is_application and not r.is_history then array['SELECT', 'INSERT', 'UPDATE', 'DELETE']
                   else array['SELECT'] end as privileges
    from relation r
    cross join given g
),
held as (
  select w.oid, e.privilege_type, bool_or(e.grantee = g.oid) as is_direct
    from wanted w
    cross join given g
    cross join lateral pg_catalog.aclexplode(coalesce(w.relacl, pg_catalog.acldefault(case when w.is_sequence then 's' else 'r' end::"char", w.relowner))) e
   where e.grantee <> 0 and pg_catalog.pg_has_role(g.oid, e.grantee, 'USAGE')
   group by 1, 2
),
lacking as (
  select w.*, coalesce(array_length(w.privileges, 1), 0) > 0
              and exists (select from pg_catalog.unnest(w.privileges) p where not exists (select from held h where h.oid = w.oid and h.privilege_type = p)) as is_lacking,
         g.is_super or pg_catalog.pg_has_role(g.self, w.relowner, 'USAGE')
           or coalesce((select bool_and(exists (select from pg_catalog.aclexplode(w.relacl) e
                                                 where e.privilege_type = p and e.is_grantable and pg_catalog.pg_has_role(g.self, e.grantee, 'USAGE')))
                          from pg_catalog.unnest(w.privileges) p), false) as may_grant
    from wanted w
    cross join given g
),
-- one statement a schema where all of it is meant, else one that names what is meant
granted as (
  select l.space, l.nspname, l.is_sequence, l.privileges,
         pg_catalog.string_agg(l.name, ', ' order by l.name) filter (where l.is_lacking) as names,
         bool_or(l.is_lacking) as is_lacking,
         count(*) = (select count(*) from relation a where a.space = l.space and a.is_sequence = l.is_sequence) as is_all
    from lacking l
   where coalesce(array_length(l.privileges, 1), 0) > 0
   group by 1, 2, 3, 4
),
-- who makes tables: those to whom the present ones belong
owner as (
  select distinct s.oid as space, s.nspname, coalesce(r.relowner, s.nspowner) as owner
    from space s
    left join relation r on r.space = s.oid and not r.is_extension and not r.is_sequence
),
future as (
  select o.space, o.nspname, o.owner, k.type, k.words, k.privileges,
         g.is_super or pg_catalog.pg_has_role(g.self, o.owner, 'MEMBER') as may_grant,
         exists (select from pg_catalog.unnest(k.privileges) p
                  where not exists (select from pg_catalog.pg_default_acl f cross join lateral pg_catalog.aclexplode(f.defaclacl) e
                                     where f.defaclrole = o.owner and f.defaclobjtype = k.type and f.defaclnamespace in (0, o.space)
                                       and e.grantee <> 0 and pg_catalog.pg_has_role(g.oid, e.grantee, 'USAGE') and e.privilege_type = p)) as is_lacking
    from owner o
    cross join given g
    cross join lateral (values ('r'::"char", 'TABLES', case when g.is_application then array['SELECT', 'INSERT', 'UPDATE', 'DELETE'] else array['SELECT'] end),
                               ('S'::"char", 'SEQUENCES', case when g.is_application then array['USAGE', 'SELECT'] else array[]::text[] end)) k (type, words, privileges)
   where coalesce(array_length(k.privileges, 1), 0) > 0 and o.owner is distinct from g.oid
),
excess as (
  select l.nspname, l.is_sequence, l.name, pg_catalog.string_agg(h.privilege_type, ', ' order by h.privilege_type) as privileges
    from lacking l
    join held h on h.oid = l.oid and h.is_direct and h.privilege_type <> all (l.privileges)
    cross join given g
   where not l.is_extension and l.relowner is distinct from g.oid
   group by 1, 2, 3
),
-- what comes with a group: a right beyond the profile on one of these tables, or a power over the whole server
excess_group as (
  select distinct r.rolname
    from given g
    join pg_catalog.pg_auth_members a on a.member = g.oid
    join pg_catalog.pg_roles r on r.oid = a.roleid
   where r.rolsuper or r.rolbypassrls or r.rolcreaterole or r.rolcreatedb or r.rolreplication
      or r.rolname in ('pg_read_all_data', 'pg_write_all_data', 'pg_read_server_files', 'pg_write_server_files', 'pg_execute_server_program')
      or exists (select from wanted w
                   cross join lateral pg_catalog.aclexplode(coalesce(w.relacl, pg_catalog.acldefault(case when w.is_sequence then 's' else 'r' end::"char", w.relowner))) e
                  where not w.is_extension and w.relowner is distinct from g.oid and e.grantee not in (0, g.oid) and e.privilege_type <> all (w.privileges)
                    and pg_catalog.pg_has_role(r.oid, e.grantee, 'MEMBER'))
),
step as (
  select 1 as place, '' as within, 'do' as kind, pg_catalog.format('CREATE ROLE %I LOGIN', g.role) as statement from given g where g.oid is null
  union all
  select 2, '', 'do', pg_catalog.format('GRANT CONNECT ON DATABASE %I TO %I', d.datname, g.role)
    from given g join pg_catalog.pg_database d on d.datname = pg_catalog.current_database()
   where not exists (select from pg_catalog.aclexplode(coalesce(d.datacl, pg_catalog.acldefault('d', d.datdba))) e
                      where e.grantee <> 0 and pg_catalog.pg_has_role(g.oid, e.grantee, 'USAGE') and e.privilege_type = 'CONNECT')
  union all
  select 3, s.nspname, 'do', pg_catalog.format('GRANT USAGE ON SCHEMA %I TO %I', s.nspname, g.role)
    from given g cross join space s
   where not exists (select from pg_catalog.aclexplode(coalesce(s.nspacl, pg_catalog.acldefault('n', s.nspowner))) e
                      where e.grantee <> 0 and pg_catalog.pg_has_role(g.oid, e.grantee, 'USAGE') and e.privilege_type = 'USAGE')
  union all
  select 4, t.nspname, 'do', pg_catalog.format('GRANT %s ON %s TO %I', pg_catalog.array_to_string(t.privileges, ', '),
           case when t.is_all then pg_catalog.format('ALL %s IN SCHEMA %I', case when t.is_sequence then 'SEQUENCES' else 'TABLES' end, t.nspname)
                else case when t.is_sequence then 'SEQUENCE ' else 'TABLE ' end || t.names end, g.role)
    from given g cross join granted t where t.is_lacking
  union all
  select 5, f.nspname, 'do', pg_catalog.format('ALTER DEFAULT PRIVILEGES FOR ROLE %I IN SCHEMA %I GRANT %s ON %s TO %I', pg_catalog.pg_get_userbyid(f.owner), f.nspname,
           pg_catalog.array_to_string(f.privileges, ', '), f.words, g.role)
    from given g cross join future f where f.is_lacking and f.may_grant
  union all
  select 6, x.nspname, 'excess', pg_catalog.format('REVOKE %s ON %s%s FROM %I', x.privileges, case when x.is_sequence then 'SEQUENCE ' else 'TABLE ' end,
           pg_catalog.string_agg(x.name, ', ' order by x.name), g.role)
    from given g cross join excess x group by x.nspname, x.is_sequence, x.privileges, g.role
  union all
  select 7, s.nspname, 'excess', pg_catalog.format('REVOKE CREATE ON SCHEMA %I FROM %I', s.nspname, g.role)
    from given g cross join space s cross join lateral pg_catalog.aclexplode(s.nspacl) e
   where e.grantee = g.oid and e.privilege_type = 'CREATE' and s.nspowner is distinct from g.oid
  union all
  select 8, '', 'excess', pg_catalog.format('REVOKE CREATE ON DATABASE %I FROM %I', d.datname, g.role)
    from given g join pg_catalog.pg_database d on d.datname = pg_catalog.current_database() cross join lateral pg_catalog.aclexplode(d.datacl) e
   where e.grantee = g.oid and e.privilege_type = 'CREATE' and d.datdba is distinct from g.oid
  union all
  select 9, coalesce(n.nspname, ''), 'excess', pg_catalog.format('ALTER DEFAULT PRIVILEGES FOR ROLE %I%s REVOKE %s ON %s FROM %I', pg_catalog.pg_get_userbyid(f.defaclrole),
           coalesce(' IN SCHEMA ' || pg_catalog.quote_ident(n.nspname), ''), pg_catalog.string_agg(e.privilege_type, ', ' order by e.privilege_type),
           case f.defaclobjtype when 'r' then 'TABLES' else 'SEQUENCES' end, g.role)
    from given g cross join pg_catalog.pg_default_acl f cross join lateral pg_catalog.aclexplode(f.defaclacl) e
    left join pg_catalog.pg_namespace n on n.oid = f.defaclnamespace
   where e.grantee = g.oid and f.defaclrole is distinct from g.oid
     and ((f.defaclobjtype = 'r' and e.privilege_type <> all (case when g.is_application then array['SELECT', 'INSERT', 'UPDATE', 'DELETE'] else array['SELECT'] end))
          or (f.defaclobjtype = 'S' and e.privilege_type <> all (case when g.is_application then array['USAGE', 'SELECT'] else array[]::text[] end)))
   group by f.oid, f.defaclrole, f.defaclobjtype, n.nspname, g.role
  union all
  select 10, '', 'excess', pg_catalog.format('ALTER ROLE %I %s', g.role, pg_catalog.concat_ws(' ', case when r.rolcreatedb then 'NOCREATEDB' end,
           case when r.rolcreaterole then 'NOCREATEROLE' end, case when r.rolbypassrls then 'NOBYPASSRLS' end, case when r.rolreplication then 'NOREPLICATION' end))
    from given g join pg_catalog.pg_roles r on r.oid = g.oid where r.rolcreatedb or r.rolcreaterole or r.rolbypassrls or r.rolreplication
  union all
  select 11, w.nspname, 'excess', pg_catalog.format('REVOKE %s ON TABLE %s FROM %I',
           pg_catalog.string_agg(pg_catalog.format('%s (%I)', e.privilege_type, c.attname), ', ' order by c.attnum, e.privilege_type), w.name, g.role)
    from given g cross join wanted w
    join pg_catalog.pg_attribute c on c.attrelid = w.oid and c.attacl is not null and not c.attisdropped
    cross join lateral pg_catalog.aclexplode(c.attacl) e
   where e.grantee = g.oid and e.privilege_type <> all (w.privileges) and not w.is_extension and w.relowner is distinct from g.oid
   group by w.nspname, w.name, g.role
  union all
  select 12, w.nspname, 'excess', pg_catalog.format('REVOKE GRANT OPTION FOR %s ON %s%s FROM %I', pg_catalog.string_agg(e.privilege_type, ', ' order by e.privilege_type),
           case when w.is_sequence then 'SEQUENCE ' else 'TABLE ' end, w.name, g.role)
    from given g cross join wanted w cross join lateral pg_catalog.aclexplode(w.relacl) e
   where e.grantee = g.oid and e.is_grantable and e.privilege_type = any (w.privileges) and w.relowner is distinct from g.oid
   group by w.nspname, w.name, w.is_sequence, g.role
  union all
  select 13, '', 'excess', pg_catalog.format('REVOKE %I FROM %I', x.rolname, g.role) from given g cross join excess_group x
  union all
  select 20, l.nspname, 'cannot', pg_catalog.format('%s of schema %s belong%s to %s: only a member of it or a superuser can grant %s', case when count(*) = 1 then min(l.relname::text)
           else count(*) || ' tables or sequences' end, l.nspname, case when count(*) = 1 then 's' else '' end, pg_catalog.pg_get_userbyid(l.relowner),
           case when count(*) = 1 then 'it' else 'them' end)
    from lacking l where l.is_lacking and not l.may_grant group by l.nspname, l.relowner
  union all
  select 21, f.nspname, 'cannot', pg_catalog.format('what %s will make in schema %s can only be granted by a member of it or a superuser', pg_catalog.pg_get_userbyid(f.owner), f.nspname)
    from future f where f.is_lacking and not f.may_grant group by f.nspname, f.owner
  union all
  select 22, '', 'cannot', pg_catalog.format('there is no schema %s', x.name)
    from given g cross join lateral pg_catalog.unnest(g.schemas) x (name) where not exists (select from space s where s.nspname::text = x.name)
)
select kind, statement from step order by place, within, statement
