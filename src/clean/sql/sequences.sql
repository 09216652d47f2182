-- Sequences, the table that owns each (serial, identity, OWNED BY), and the tables whose defaults draw from it.
select s.oid::bigint as sequence_oid,
       n.nspname as schema,
       s.relname as name,
       pg_catalog.pg_has_role(s.relowner, 'USAGE') as is_owner,
       pg_catalog.pg_get_userbyid(s.relowner) as owner,
       pg_catalog.has_sequence_privilege(s.oid, 'SELECT') and pg_catalog.has_schema_privilege(n.oid, 'USAGE') as may_read,
       q.seqstart as start_value,
       (select d.refobjid::bigint from pg_catalog.pg_depend d
         where d.classid = 'pg_catalog.pg_class'::regclass and d.objid = s.oid
           and d.refclassid = 'pg_catalog.pg_class'::regclass and d.deptype in ('a', 'i') limit 1) as owned_by,
       (select pg_catalog.string_agg(distinct a.adrelid::bigint::text, ' ')
          from pg_catalog.pg_depend d
          join pg_catalog.pg_attrdef a on a.oid = d.objid
         where d.classid = 'pg_catalog.pg_attrdef'::regclass
           and d.refclassid = 'pg_catalog.pg_class'::regclass and d.refobjid = s.oid) as drawn_by
  from pg_catalog.pg_class s
  join pg_catalog.pg_namespace n on n.oid = s.relnamespace
  join pg_catalog.pg_sequence q on q.seqrelid = s.oid
 where s.relkind = 'S'
   and s.relpersistence <> 't'
   and n.nspname <> 'information_schema'
   and pg_catalog.left(n.nspname, 3) <> 'pg_'
   and n.nspname !~ '^_timescaledb_'
   and n.nspname <> 'pgtend'
   and not exists (select from pg_catalog.pg_depend d
                    where d.classid = 'pg_catalog.pg_class'::regclass and d.objid = s.oid and d.deptype = 'e')
 order by n.nspname, s.relname
