-- One row a session or prepared transaction that waits for a lock, or that such a one waits for. Asked only while somebody waits.
-- $1: the processes to ask about, null: all; $2: of how many at most, those that wait longest. pg_blocking_pids() takes the lock manager for itself at each call, so
-- it is asked for waiters alone; it names leaders instead of parallel workers, more than once, and 0 for a prepared transaction. Who of them holds the lock, and
-- who only stands ahead in its queue, pg_locks tells: a granted mode that conflicts with the wanted one. pg_locks.waitstart is new in 14.
with conflict (mode, against) as (
  values ('AccessShareLock', array['AccessExclusiveLock']),
         ('RowShareLock', array['ExclusiveLock', 'AccessExclusiveLock']),
         ('RowExclusiveLock', array['ShareLock', 'ShareRowExclusiveLock', 'ExclusiveLock', 'AccessExclusiveLock']),
         ('ShareUpdateExclusiveLock', array['ShareUpdateExclusiveLock', 'ShareLock', 'ShareRowExclusiveLock', 'ExclusiveLock', 'AccessExclusiveLock']),
         ('ShareLock', array['RowExclusiveLock', 'ShareUpdateExclusiveLock', 'ShareRowExclusiveLock', 'ExclusiveLock', 'AccessExclusiveLock']),
         ('ShareRowExclusiveLock', array['RowExclusiveLock', 'ShareUpdateExclusiveLock', 'ShareLock', 'ShareRowExclusiveLock', 'ExclusiveLock', 'AccessExclusiveLock']),
         ('ExclusiveLock', array['RowShareLock', 'RowExclusiveLock', 'ShareUpdateExclusiveLock', 'ShareLock', 'ShareRowExclusiveLock', 'ExclusiveLock', 'AccessExclusiveLock']),
         ('AccessExclusiveLock', array['AccessShareLock', 'RowShareLock', 'RowExclusiveLock', 'ShareUpdateExclusiveLock', 'ShareLock', 'ShareRowExclusiveLock', 'ExclusiveLock', 'AccessExclusiveLock'])
), session as materialized (
  select * from pg_stat_get_activity(null)
), lock as materialized (
  -- once: each look takes the whole lock manager, and all below is of the same moment
  select * from pg_locks
), wanted as materialized (
  select l.*, (to_jsonb(l) ->> 'waitstart')::timestamptz as since, s.query_start, coalesce(s.leader_pid, l.pid) as head
  from lock l left join session s on s.pid = l.pid
  where not l.granted and l.pid is not null
), asked as materialized (
  select w.*, array(select distinct b from unnest(pg_blocking_pids(w.pid)) b where b <> w.head order by b) as blockers,
         dense_rank() over (order by w.mode, w.locktype, w.database, w.relation, w.page, w.tuple, w.virtualxid, w.transactionid::text, w.classid, w.objid, w.objsubid) as place
  from (select * from wanted w where $1::int[] is null or w.head = any($1::int[]) or w.pid = any($1::int[])
        order by w.since nulls last, w.query_start nulls last, w.pid limit $2::int) w
), owned as materialized (
  -- pg_locks tells of a prepared transaction neither pid nor gid: it is found by the lock on its own number
  select l.virtualtransaction, p.gid, p.transaction::text::bigint as xid
  from pg_prepared_xacts p join lock l on l.pid is null and l.locktype = 'transactionid' and l.transactionid = p.transaction and l.granted
), thing as materialized (
  -- many wait for the same: it is looked for once
  select distinct on (a.place) a.*, min(a.head) over (partition by a.place) as least, max(a.head) over (partition by a.place) as most from asked a
), held as materialized (
  select distinct a.place, coalesce(s.leader_pid, h.pid) as pid, o.gid, o.xid, h.mode
  from thing a
  join conflict c on c.mode = a.mode
  join lock h on h.granted and h.mode = any(c.against) and h.locktype = a.locktype
    and coalesce(h.database, 0) = coalesce(a.database, 0) and coalesce(h.relation, 0) = coalesce(a.relation, 0)
    and coalesce(h.page, -1) = coalesce(a.page, -1) and coalesce(h.tuple, -1::smallint) = coalesce(a.tuple, -1::smallint)
    and coalesce(h.virtualxid, '') = coalesce(a.virtualxid, '') and coalesce(h.transactionid::text, '') = coalesce(a.transactionid::text, '')
    and coalesce(h.classid, 0) = coalesce(a.classid, 0) and coalesce(h.objid, 0) = coalesce(a.objid, 0) and coalesce(h.objsubid, -1::smallint) = coalesce(a.objsubid, -1::smallint)
  left join session s on s.pid = h.pid
  left join owned o on h.pid is null and h.virtualtransaction = o.virtualtransaction
  where h.pid is null or coalesce(s.leader_pid, h.pid) <> a.least or coalesce(s.leader_pid, h.pid) <> a.most
), holder as materialized (
  select h.place, array_agg(distinct h.pid) as pids, array_agg(distinct h.gid order by h.gid) filter (where h.gid is not null) as gids,
         array_agg(distinct h.xid) filter (where h.xid is not null) as xids
  from held h group by h.place
), holding as materialized (
  select h.pid, h.gid, string_agg(distinct h.mode, ', ') as modes from held h group by h.pid, h.gid
), waiter as materialized (
  -- of a session whose parallel workers wait too, the one that has waited longest speaks
  select distinct on (a.head) a.head as pid, a.since, a.query_start, a.locktype, a.mode, coalesce(a.database, r.database) as database,
         coalesce(a.relation, r.relation) as relation, a.transactionid, a.virtualxid, coalesce(a.page, r.page) as page, coalesce(a.tuple, r.tuple) as tuple,
         a.classid, a.objid, a.objsubid,
         (select array_agg(distinct b order by b) from asked k, unnest(k.blockers) b where k.head = a.head and b <> 0) as blocked_by,
         o.pids as holders, o.gids, o.xids,
         (select array_agg(k.pid order by k.pid) from asked k where k.head = a.head and k.pid <> k.head) as workers
  -- who waits for a transaction to end because of a row holds that row for himself
  from asked a left join lock r on a.locktype = 'transactionid' and r.locktype = 'tuple' and r.granted and r.pid = a.pid
    left join holder o on o.place = a.place
  order by a.head, a.since nulls last, a.pid
), party as (
  select pid from waiter union select unnest(blocked_by) from waiter
), prepared as (
  select p.gid, p.database, p.owner, p.prepared, p.transaction from pg_prepared_xacts p where p.gid in (select h.gid from holding h)
)
select t.pid, null as prepared, null::bigint as prepared_xid, d.datname as database, pg_get_userbyid(nullif(s.usesysid, 0)) as "user", s.application_name as application,
       s.state, s.backend_type, s.backend_start as started,
       extract(epoch from clock_timestamp() - s.xact_start) as xact_s,
       extract(epoch from clock_timestamp() - s.state_change) as state_s,
       case when w.pid is not null then extract(epoch from clock_timestamp() - coalesce(w.since, s.query_start)) end as wait_s,
       s.query, s.query = '<insufficient privilege>' as is_hidden,
       w.locktype as lock_type, w.mode, w.database as relation_database, w.relation as relation_oid,
       case when w.database in (0, (select o.oid from pg_database o where o.datname = current_database()))
            then (select case n.nspname when 'public' then c.relname else n.nspname || '.' || c.relname end
                  from pg_class c join pg_namespace n on n.oid = c.relnamespace where c.oid = w.relation) end as relation,
       case w.locktype when 'transactionid' then case when w.tuple is not null then format('row (%s,%s), ', w.page, w.tuple) else '' end || 'transaction ' || w.transactionid
                       when 'virtualxid' then 'virtual transaction ' || w.virtualxid
                       when 'tuple' then format('row (%s,%s)', w.page, w.tuple)
                       when 'page' then format('page %s', w.page)
                       when 'extend' then 'the growing of its file'
                       when 'advisory' then case when w.objsubid = 1 then format('advisory lock %s', (w.classid::bigint << 32) | w.objid::bigint)
                                                 else format('advisory lock (%s, %s)', w.classid, w.objid) end
                       when 'relation' then null
                       else concat_ws(' ', w.locktype, w.objid) end as object,
       w.workers, w.blocked_by,
       array(select unnest(w.blocked_by) except select unnest(w.holders) order by 1) as queued_behind,
       w.gids as blocked_by_prepared, w.xids as blocked_by_xids,
       g.modes as holds, (select count(*) from wanted) as waiting_in_all,
       w.pid is null and t.pid in (select n.head from wanted n) as is_left_out
from party t left join waiter w on w.pid = t.pid left join session s on s.pid = t.pid left join pg_database d on d.oid = s.datid
  left join holding g on g.pid = t.pid
union all
select 0, p.gid, p.transaction::text::bigint, p.database, p.owner::text, null, 'prepared', null, p.prepared,
       extract(epoch from clock_timestamp() - p.prepared), null, null, null, null,
       null, null, null, null, null, null, null, null, null, null, null,
       (select h.modes from holding h where h.pid is null and h.gid = p.gid),
       (select count(*) from wanted), false
from prepared p
order by wait_s desc nulls last, pid, prepared
