-- pgtend's own tables in this database, one row each, there or not: what they look like, whose they are, what this role may do with them.
-- $1: their names, as a list of text.
-- Is trusted: the owner could do all the same in other ways (the role itself, a superuser, the database's owner, a role that it belongs to).
-- Somebody else's table of that name may carry triggers, which would run with the privileges of whoever writes a row.
with us as (
  select r.oid, r.rolname, r.rolsuper, d.oid as database, d.datname, d.datdba
    from pg_catalog.pg_roles r, pg_catalog.pg_database d
   where r.rolname = current_user and d.datname = pg_catalog.current_database()
), trusted as (
  select r.oid
    from pg_catalog.pg_roles r, us
   where r.oid in (us.oid, us.datdba) or r.rolsuper or (not us.rolsuper and pg_catalog.pg_has_role(us.oid, r.oid, 'MEMBER'))
)
select w.name,
       us.rolname as who,
       pg_catalog.current_setting('transaction_read_only') = 'on' as is_read_only,
       pg_catalog.has_database_privilege(us.database, 'CREATE') as may_make_schema,
       n.oid is not null as has_schema,
       pg_catalog.pg_get_userbyid(n.nspowner) as schema_owner,
       n.nspowner in (select t.oid from trusted t) as is_schema_trusted,
       pg_catalog.has_schema_privilege(n.oid, 'USAGE') as may_use,
       pg_catalog.has_schema_privilege(n.oid, 'CREATE') as may_make,
       c.relkind as kind,
       c.relrowsecurity as has_row_security,
       pg_catalog.pg_get_userbyid(c.relowner) as owner,
       c.relowner in (select t.oid from trusted t) as is_trusted,
       pg_catalog.pg_has_role(c.relowner, 'USAGE') as is_owner,
       pg_catalog.has_table_privilege(c.oid, 'SELECT') as may_select,
       pg_catalog.has_table_privilege(c.oid, 'INSERT') as may_insert,
       pg_catalog.has_table_privilege(c.oid, 'UPDATE') as may_update,
       pg_catalog.has_table_privilege(c.oid, 'DELETE') as may_delete,
       (select pg_catalog.string_agg(a.attname || ' ' || pg_catalog.format_type(a.atttypid, null)
                 || case when a.attnotnull and not a.atthasdef and a.attidentity = '' then ' needed' else '' end, ',' order by a.attnum)
          from pg_catalog.pg_attribute a
         where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped) as columns
  from pg_catalog.unnest($1::text[]) with ordinality w (name, number)
  cross join us
  left join pg_catalog.pg_namespace n on n.nspname = 'pgtend'
  left join pg_catalog.pg_class c on c.relnamespace = n.oid and c.relname = w.name
 order by w.number;
