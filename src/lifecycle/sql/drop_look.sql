-- The database $1 as one that is to be dropped: what it is, whether our role may, and what would keep the server from doing it.
select d.oid,
       (d.datconnlimit = -2) as is_invalid,
       d.datistemplate as is_template,
       pg_catalog.pg_get_userbyid(d.datdba) as owner,
       r.rolname as role,
       r.rolsuper or pg_catalog.pg_has_role(d.datdba, 'USAGE') as may_drop,
       case when d.oid is null then null
            when r.rolsuper or pg_catalog.has_database_privilege(d.oid, 'CONNECT') or pg_catalog.pg_has_role('pg_read_all_stats', 'MEMBER')
            then pg_catalog.pg_database_size(d.oid)
       end as bytes,
       (select pg_catalog.string_agg(pg_catalog.quote_literal(p.gid), ', ' order by p.prepared) from pg_catalog.pg_prepared_xacts p where p.database = d.datname) as prepared,
       (select pg_catalog.string_agg(s.subname::text, ', ' order by s.subname) from pg_catalog.pg_subscription s where s.subdbid = d.oid) as subscriptions,
       (select pg_catalog.string_agg(s.slot_name::text, ', ' order by s.slot_name) from pg_catalog.pg_replication_slots s where s.datoid = d.oid and s.active) as active_slots,
       (select pg_catalog.string_agg(s.slot_name::text, E'\n' order by s.slot_name) from pg_catalog.pg_replication_slots s where s.datoid = d.oid and not s.active) as idle_slots
  from pg_catalog.pg_roles r
  left join pg_catalog.pg_database d on d.datname = $1
 where r.rolname = current_user
