-- Who is connected to the database of oid $1, and what for: other people's sessions, the panes of pgtend (they look, and come back by themselves),
-- TimescaleDB's workers (they begin again), what logical replication keeps there. Workers of a parallel query end with their leader, autovacuum by itself.
select a.pid,
       coalesce(nullif(a.application_name, ''), 'without a name') as application,
       coalesce(a.usename, '-') as "user",
       coalesce(pg_catalog.host(a.client_addr), '') as address,
       coalesce(a.state, '') as state,
       extract(epoch from pg_catalog.now() - a.backend_start)::bigint as since_s,
       case when a.backend_type = 'logical replication worker' or a.backend_type like 'logical replication % worker' then 'subscription'
            when coalesce(a.backend_type, 'client backend') not in ('client backend', 'walsender') then 'worker'
            -- whoever may not look is not told what kind a session is of
            when a.backend_type is null and a.application_name = 'TimescaleDB Background Worker Scheduler' then 'worker'
            when a.application_name = 'pgtend' then 'pgtend'
            else 'other'
       end as kind,
       r.rolsuper
       or (a.usesysid is not null
           and (pg_catalog.pg_has_role(a.usesysid, 'MEMBER')
                or (not exists (select from pg_catalog.pg_roles o where o.oid = a.usesysid and o.rolsuper)
                    and pg_catalog.pg_has_role('pg_signal_backend', 'MEMBER')))) as may_end
  from pg_catalog.pg_stat_activity a, pg_catalog.pg_roles r
 where a.datid = $1::oid
   and a.pid <> pg_catalog.pg_backend_pid()
   and r.rolname = current_user
   and coalesce(a.backend_type, 'client backend') not in ('parallel worker', 'autovacuum worker')
 order by kind, a.backend_start, a.pid
