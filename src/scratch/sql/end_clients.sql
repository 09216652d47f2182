-- Ends the sessions in the database of oid $1 that we may end. One that is gone by now is no failure.
select pg_catalog.count(*) as ended
  from (select pg_catalog.pg_terminate_backend(a.pid) as is_ended
          from pg_catalog.pg_stat_activity a, pg_catalog.pg_roles r
         where a.datid = $1::oid
           and a.pid <> pg_catalog.pg_backend_pid()
           and r.rolname = current_user
           and coalesce(a.backend_type, 'client backend') in ('client backend', 'walsender', 'parallel worker')
           and (r.rolsuper
                or pg_catalog.pg_has_role(a.usesysid, 'MEMBER')
                or (not exists (select from pg_catalog.pg_roles o where o.oid = a.usesysid and o.rolsuper)
                    and pg_catalog.pg_has_role('pg_signal_backend', 'MEMBER')))) as t
 where t.is_ended
