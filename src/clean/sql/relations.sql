-- Every relation that clean has to decide about, and what is known of it. One row each; the decisions are made in set.c and way.c.
-- pgtend's own records are left out: clean keeps a database's history.
-- `histories` before it are the tables of migration tools (load.c puts catalog's question there).
-- A DELETE is no way to empty a table with row-level security, rules or triggers that would see it; internal triggers are those of foreign keys.
select c.oid::bigint as relation_oid,
       n.nspname as schema,
       c.relname as name,
       c.relkind as kind,
       c.relispopulated as is_populated,
       exists (select from pg_catalog.pg_depend d
                where d.classid = 'pg_catalog.pg_class'::regclass and d.objid = c.oid and d.deptype = 'e') as is_extension_member,
       c.oid in (select h.oid from histories h) as is_history,
       pg_catalog.has_table_privilege(c.oid, 'TRUNCATE') and pg_catalog.has_schema_privilege(n.oid, 'USAGE') as may_truncate,
       pg_catalog.has_table_privilege(c.oid, 'SELECT') and pg_catalog.has_schema_privilege(n.oid, 'USAGE') as may_select,
       pg_catalog.pg_has_role(c.relowner, 'USAGE') as is_owner,
       pg_catalog.pg_get_userbyid(c.relowner) as owner,
       pg_catalog.has_table_privilege(c.oid, 'DELETE') and pg_catalog.has_schema_privilege(n.oid, 'USAGE') as may_delete,
       pg_catalog.row_security_active(c.oid) as has_hidden_rows,
       c.relam = 2 as is_heap,
       c.relrowsecurity as has_policies,
       c.relkind <> 'm' and c.relhasrules and exists (select from pg_catalog.pg_rewrite w where w.ev_class = c.oid) as has_rules,
       c.relhastriggers and exists (select from pg_catalog.pg_trigger t
                                     where t.tgrelid = c.oid and (t.tgtype & 40) <> 0 and t.tgenabled <> 'D'
                                       and (not t.tgisinternal or t.tgenabled in ('A', 'R'))) as has_triggers,
       c.reltuples::bigint as rows_estimate,
       c.relpages as pages_estimate
  from pg_catalog.pg_class c
  join pg_catalog.pg_namespace n on n.oid = c.relnamespace
 where c.relkind in ('r', 'p', 'f', 'm')
   and c.relpersistence <> 't'
   and n.nspname <> 'information_schema'
   and pg_catalog.left(n.nspname, 3) <> 'pg_'
   and n.nspname !~ '^_timescaledb_'
   and n.nspname <> 'pgtend'
 order by n.nspname, c.relname
