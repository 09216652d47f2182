-- What everybody may do in this database. That everybody may connect is how PostgreSQL makes a database: a note.
select *
  from (
  select 'warning' as severity, null as role, 'public schema' as item,
         pg_catalog.format('PUBLIC may create objects in schema %s: whoever connects can put a function or table there that others then use', n.nspname) as finding,
         pg_catalog.format('REVOKE CREATE ON SCHEMA %I FROM PUBLIC', n.nspname) as mend
    from pg_catalog.pg_namespace n
   where n.nspname !~ '^pg_' and n.nspname <> 'information_schema' and pg_catalog.has_schema_privilege('public', n.oid, 'CREATE')
  union all
  select 'warning', null, 'public tables',
         pg_catalog.format('PUBLIC may %s %s table%s of schema %s: %s', lower(x.privilege), count(*), case when count(*) = 1 then '' else 's' end, n.nspname,
           pg_catalog.array_to_string((pg_catalog.array_agg(c.relname::text order by c.relname))[1:3], ', ') || case when count(*) > 3 then ', ...' else '' end),
         case when count(*) = 1 then pg_catalog.format('REVOKE %s ON %I.%I FROM PUBLIC', x.privilege, n.nspname, min(c.relname))
              else pg_catalog.format('REVOKE %s ON ALL TABLES IN SCHEMA %I FROM PUBLIC', x.privilege, n.nspname) end
    from pg_catalog.pg_class c
    join pg_catalog.pg_namespace n on n.oid = c.relnamespace and n.nspname !~ '^pg_' and n.nspname <> 'information_schema' and n.nspname !~ '^_?timescaledb_'
    cross join lateral (select e.privilege_type as privilege from pg_catalog.aclexplode(c.relacl) e
                         where e.grantee = 0 and e.privilege_type in ('SELECT', 'INSERT', 'UPDATE', 'DELETE', 'TRUNCATE')) x
   where c.relkind in ('r', 'p', 'v', 'm', 'f') and c.relacl is not null
     and not exists (select from pg_catalog.pg_depend d where d.classid = 'pg_catalog.pg_class'::regclass and d.objid = c.oid and d.deptype = 'e')
   group by n.nspname, x.privilege
  union all
  select 'warning', null, 'public future',
         pg_catalog.format('PUBLIC will be given %s on new %s of %s%s', e.privilege_type, case f.defaclobjtype when 'r' then 'tables' when 'S' then 'sequences' else 'schemas' end,
           pg_catalog.pg_get_userbyid(f.defaclrole), coalesce(' in schema ' || n.nspname, '')),
         pg_catalog.format('ALTER DEFAULT PRIVILEGES FOR ROLE %I%s REVOKE %s ON %s FROM PUBLIC', pg_catalog.pg_get_userbyid(f.defaclrole),
           coalesce(' IN SCHEMA ' || pg_catalog.quote_ident(n.nspname), ''), e.privilege_type,
           case f.defaclobjtype when 'r' then 'TABLES' when 'S' then 'SEQUENCES' else 'SCHEMAS' end)
    from pg_catalog.pg_default_acl f
    cross join lateral pg_catalog.aclexplode(f.defaclacl) e
    left join pg_catalog.pg_namespace n on n.oid = f.defaclnamespace
   where e.grantee = 0 and f.defaclobjtype in ('r', 'S', 'n')
  union all
  select 'note', null, 'public connect', pg_catalog.format('PUBLIC may connect to %s: every role of the server can', d.datname),
         pg_catalog.format('REVOKE CONNECT ON DATABASE %I FROM PUBLIC; who is to connect then needs it granted', d.datname)
    from pg_catalog.pg_database d
   where d.datname = pg_catalog.current_database() and pg_catalog.has_database_privilege('public', d.oid, 'CONNECT')
  ) found
 order by severity = 'note', item, finding
