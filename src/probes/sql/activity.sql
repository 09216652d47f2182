-- One row a session of the server, without the one that asks. Who blocks is asked only for those that wait for a lock:
-- each call takes the lock manager for itself; of more than 200 for those that wait longest. It answers 0 for a prepared transaction, and names a parallel leader more than once.
-- The function behind pg_stat_activity is asked itself: planning the view takes longer than the answer.
-- The snapshot of a vacuum holds nobody back: vacuums leave each other's out (VACUUM FULL is none of them, and tells its progress elsewhere).
with a as materialized (
  select * from pg_stat_get_activity(null)
), waiter as (
  select w.pid from a w where w.wait_event_type = 'Lock' order by w.query_start limit 200
)
select a.pid, d.datname as database, pg_get_userbyid(nullif(a.usesysid, 0)) as "user", a.application_name as application,
       coalesce(host(a.client_addr) || ':' || a.client_port, case when a.client_port = -1 then 'local' end) as client,
       a.state,
       extract(epoch from clock_timestamp() - a.state_change) as state_s,
       extract(epoch from clock_timestamp() - a.xact_start) as xact_s,
       extract(epoch from clock_timestamp() - a.query_start) as query_s,
       a.wait_event_type, a.wait_event,
       case when a.wait_event_type = 'Lock' and a.pid in (select w.pid from waiter w)
            then array(select distinct p from unnest(pg_blocking_pids(a.pid)) p order by p) end as blocked_by,
       a.query, a.backend_type, a.leader_pid, a.backend_start as started, a.ssl as is_tls,
       case when a.pid not in (select v.pid from pg_stat_get_progress_info('VACUUM') v) then greatest(age(a.backend_xmin), age(a.backend_xid)) end as xmin_age, a.backend_xid as xid, a.query_id,
       a.query = '<insufficient privilege>' as is_hidden
from a left join pg_database d on d.oid = a.datid
where a.pid <> pg_backend_pid()
  and (a.datid is not null or a.backend_type = 'walsender')
order by a.state = 'active' desc nulls last, a.xact_start nulls last, a.query_start nulls last, a.pid
