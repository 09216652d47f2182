-- One session by its pid ($1), and whether this role may signal it: its own, one of a role whose member it is, any but a superuser's for pg_signal_backend.
-- Processes of no role (autovacuum) are left to superusers; since 18 to pg_signal_autovacuum_worker, too.
-- No row: no such process. backend_start as text: it is compared again before the signal.
select a.pid, d.datname as database, a.datid = (select o.oid from pg_database o where o.datname = current_database()) as is_here, a.pid = pg_backend_pid() as is_asking,
       pg_get_userbyid(nullif(a.usesysid, 0)) as "user", a.application_name as application,
       coalesce(host(a.client_addr) || ':' || a.client_port, case when a.client_port = -1 then 'local' end) as client,
       a.backend_start::text as started, a.backend_type, case when a.backend_type = 'parallel worker' then a.leader_pid end as leader, a.state,
       extract(epoch from clock_timestamp() - a.state_change) as state_s, extract(epoch from clock_timestamp() - a.xact_start) as xact_s,
       extract(epoch from clock_timestamp() - a.query_start) as query_s, a.query, a.query = '<insufficient privilege>' as is_hidden, a.query_start::text as query_start,
       coalesce(r.rolsuper, false) as is_superusers,
       (select m.rolsuper from pg_roles m where m.rolname = current_user) as am_superuser,
       case when coalesce(a.usesysid, 0) <> 0 then pg_has_role(current_user, a.usesysid, 'USAGE') or pg_has_role(current_user, 'pg_signal_backend', 'USAGE')
            else coalesce((select a.backend_type = 'autovacuum worker' and pg_has_role(current_user, g.oid, 'USAGE')
                           from pg_roles g where g.rolname = 'pg_signal_autovacuum_worker'), false) end as may_signal,
       current_user as me
from pg_stat_get_activity($1::int) a left join pg_database d on d.oid = a.datid left join pg_roles r on r.oid = a.usesysid
