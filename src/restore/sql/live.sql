-- The database that is to be replaced ($1) as its server sees it: what would keep it from giving up its name, who is connected and may not be ended
-- by us, what does not go with its rows.
select d.oid,
       pg_catalog.pg_get_userbyid(d.datdba) as owner,
       r.rolsuper as is_super,
       r.rolsuper or (r.rolcreatedb and pg_catalog.pg_has_role(d.datdba, 'USAGE')) as may_rename,
       r.rolname as role,
       case when pg_catalog.has_database_privilege(d.oid, 'CONNECT') or r.rolsuper then pg_catalog.pg_database_size(d.oid) end as bytes,
       pg_catalog.shobj_description(d.oid, 'pg_database') as comment,
       (select t.spcname from pg_catalog.pg_tablespace t where t.oid = d.dattablespace and t.spcname <> 'pg_default') as tablespace,
       (select pg_catalog.count(*) from pg_catalog.pg_prepared_xacts p where p.database = d.datname) as prepared,
       (select pg_catalog.string_agg(s.subname, ', ' order by s.subname)
          from pg_catalog.pg_subscription s
         where s.subdbid = d.oid
           and s.subenabled) as subscriptions,
       (select pg_catalog.string_agg(s.slot_name::text, ', ' order by s.slot_name)
          from pg_catalog.pg_replication_slots s
         where s.datoid = d.oid) as slots,
       (select pg_catalog.string_agg('pid ' || a.pid || ' (' || coalesce(nullif(a.application_name, ''), 'without a name') || ', ' || a.usename || ')', ', ' order by a.pid)
          from pg_catalog.pg_stat_activity a
          join pg_catalog.pg_roles o on o.oid = a.usesysid
         where a.datid = d.oid
           and coalesce(a.backend_type, 'client backend') = 'client backend'
           and not (r.rolsuper
                    or pg_catalog.pg_has_role(a.usesysid, 'MEMBER')
                    or (not o.rolsuper and pg_catalog.pg_has_role('pg_signal_backend', 'MEMBER')))) as foreign_clients
  from pg_catalog.pg_database d, pg_catalog.pg_roles r
 where d.datname = $1
   and r.rolname = current_user
