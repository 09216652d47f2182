-- One history table: its columns with types, those without a default (! must not be null), and whether we may read it. $1 schema, $2 table. No row: it is not there.
-- Beside it pgtend's own records, where they may be read and belong to somebody who is believed anyway: the history's owner, the
-- database's, a superuser, or a role of ours.
with own as (
  select r.relname,
         (select pg_catalog.string_agg(a.attname, ',' order by a.attnum)
            from pg_catalog.pg_attribute a
           where a.attrelid = r.oid and a.attnum > 0 and not a.attisdropped) as columns,
         r.relowner
    from pg_catalog.pg_class r
    join pg_catalog.pg_namespace s on s.oid = r.relnamespace
   where s.nspname = 'pgtend'
     and r.relname in ('migrations', 'migration_progress')
     and r.relkind = 'r'
     and not r.relrowsecurity
     and pg_catalog.has_schema_privilege(s.oid, 'usage')
     and pg_catalog.has_table_privilege(r.oid, 'select')
), h as (
  select c.oid, c.relkind, c.relowner, n.oid as schema
    from pg_catalog.pg_class c
    join pg_catalog.pg_namespace n on n.oid = c.relnamespace
   where n.nspname = $1
     and c.relname = $2
     and c.relkind in ('r', 'p', 'v', 'f', 'm')
), believed as (
  select o.relname, o.columns
    from own o, h
   where o.relowner = h.relowner
      or o.relowner = (select d.datdba from pg_catalog.pg_database d where d.datname = pg_catalog.current_database())
      or exists (select from pg_catalog.pg_roles r where r.oid = o.relowner and r.rolsuper)
      or (pg_catalog.pg_has_role(o.relowner, 'MEMBER')
          and not exists (select from pg_catalog.pg_roles r where r.rolname = current_user and r.rolsuper))
)
select (select pg_catalog.string_agg(a.attname || ' ' || pg_catalog.format_type(a.atttypid, null), ',' order by a.attnum)
          from pg_catalog.pg_attribute a
         where a.attrelid = h.oid and a.attnum > 0 and not a.attisdropped) as columns,
       (select pg_catalog.string_agg(a.attname || case when a.attnotnull then '!' else '' end, ',' order by a.attnum)
          from pg_catalog.pg_attribute a
         where a.attrelid = h.oid and a.attnum > 0 and not a.attisdropped
           and not a.atthasdef and a.attidentity = '') as bare_columns,
       pg_catalog.has_schema_privilege(h.schema, 'usage') as may_use,
       pg_catalog.has_table_privilege(h.oid, 'select') as may_read,
       h.relkind,
       current_user as who,
       (select b.columns from believed b where b.relname = 'migrations') as record_columns,
       exists (select from believed b where b.relname = 'migration_progress') as has_progress,
       exists (select from pg_catalog.pg_class r join pg_catalog.pg_namespace s on s.oid = r.relnamespace
                where s.nspname = 'pgtend' and r.relname = 'migrations')
         and not exists (select from believed b where b.relname = 'migrations') as has_hidden_records
  from h;
