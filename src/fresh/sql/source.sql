-- $2: with its size. The database $1 as one that is to be copied, or to give its name away: what it is, what we may, what stands in the way.
select d.oid,
       pg_catalog.pg_get_userbyid(d.datdba) as owner,
       pg_catalog.pg_has_role(d.datdba, 'MEMBER') as may_give,
       r.rolname as role,
       r.rolsuper as is_super,
       r.rolsuper or r.rolcreatedb as may_create,
       r.rolsuper or d.datistemplate or pg_catalog.pg_has_role(d.datdba, 'USAGE') as may_copy,
       r.rolsuper or (r.rolcreatedb and pg_catalog.pg_has_role(d.datdba, 'USAGE')) as may_rename,
       pg_catalog.pg_is_in_recovery() as is_in_recovery,
       case when $2::bool and (pg_catalog.has_database_privilege(d.oid, 'CONNECT') or pg_catalog.pg_has_role('pg_read_all_stats', 'MEMBER'))
            then pg_catalog.pg_database_size(d.oid)
       end as bytes,
       pg_catalog.shobj_description(d.oid, 'pg_database') as comment,
       (select pg_catalog.string_agg(pg_catalog.quote_literal(p.gid), ', ' order by p.prepared) from pg_catalog.pg_prepared_xacts p where p.database = d.datname) as prepared,
       (select pg_catalog.string_agg(s.subname, ', ' order by s.subname)
          from pg_catalog.pg_subscription s
         where s.subdbid = d.oid
           and s.subenabled) as subscriptions,
       (select pg_catalog.string_agg(s.subname, ', ' order by s.subname)
          from pg_catalog.pg_subscription s
         where s.subdbid = d.oid) as all_subscriptions,
       (select pg_catalog.string_agg(s.slot_name::text, ', ' order by s.slot_name)
          from pg_catalog.pg_replication_slots s
         where s.datoid = d.oid) as slots
  from pg_catalog.pg_roles r
  left join pg_catalog.pg_database d on d.datname = $1
 where r.rolname = current_user
