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
), wanted as materialized (
  select l.*, (to_jsonb(l) ->> 'waitstart')::timestamptz as since, s.query_start, coalesce(s.leader_pid, l.pid) as head
  from pg_locks l left join session s on s.pid = l.pid
  where not l.granted and l.pid is not null
), asked as materialized (
  select w.*, array(select distinct b from unnest(pg_blocking_pids(w.pid)) b where b <> w.head order by b) as blockers
  from (select * from wanted w where $1::int[] is null or w.head = any($1::int[]) or w.pid = any($1::int[])
        order by w.since nulls last, w.query_start nulls last, w.pid limit $2::int) w
), owned as materialized (
  -- pg_locks tells of a prepared transaction neither pid nor gid: it is found by the lock on its own number
  select l.virtualtransaction, p.gid, p.transaction::text::bigint as xid
  from pg_prepared_xacts p join pg_locks l on l.pid is null and l.locktype = 'transactionid' and l.transactionid = p.transaction and l.granted
), held as materialized (
  select distinct a.head, coalesce(s.leader_pid, h.pid) as pid, o.gid, o.xid, h.mode
  from asked a
  join conflict c on c.mode = a.mode
  join pg_locks h on h.granted and h.mode = any(c.against) and h.locktype = a.locktype
    and coalesce(h.database, 0) = coalesce(a.database, 0) and coalesce(h.relation, 0) = coalesce(a.relation, 0)
    and coalesce(h.page, -1) = coalesce(a.page, -1) and coalesce(h.tuple, -1::smallint) = coalesce(a.tuple, -1::smallint)
    and coalesce(h.virtualxid, '') = coalesce(a.virtualxid, '') and coalesce(h.transactionid::text, '') = coalesce(a.transactionid::text, '')
    and coalesce(h.classid, 0) = coalesce(a.classid, 0) and coalesce(h.objid, 0) = coalesce(a.objid, 0) and coalesce(h.objsubid, -1::smallint) = coalesce(a.objsubid, -1::smallint)
  left join session s on s.pid = h.pid
  left join owned o on h.pid is null and h.virtualtransaction = o.virtualtransaction
  where coalesce(h.pid, 0) <> a.pid
), waiter as (
  -- of a session whose parallel workers wait too, the one that has waited longest speaks
  select distinct on (a.head) a.head as pid, a.since, a.query_start, a.locktype, a.mode, coalesce(a.database, r.database) as database,
         coalesce(a.relation, r.relation) as relation, a.transactionid, a.virtualxid, coalesce(a.page, r.page) as page, coalesce(a.tuple, r.tuple) as tuple,
         a.classid, a.objid, a.objsubid,
         (select array_agg(distinct b order by b) from asked k, unnest(k.blockers) b where k.head = a.head and b <> 0) as blocked_by,
         (select array_agg(distinct h.pid) from held h where h.head = a.head) as holders,
         (select array_agg(distinct h.gid order by h.gid) from held h where h.head = a.head and h.gid is not null) as gids,
         (select array_agg(distinct h.xid) from held h where h.head = a.head and h.xid is not null) as xids,
         (select array_agg(k.pid order by k.pid) from asked k where k.head = a.head and k.pid <> k.head) as workers
  -- who waits for a transaction to end because of a row holds that row for himself
  from asked a left join pg_locks r on a.locktype = 'transactionid' and r.locktype = 'tuple' and r.granted and r.pid = a.pid
  order by a.head, a.since nulls last, a.pid
), party as (
  select pid from waiter union select unnest(blocked_by) from waiter
), prepared as (
  select p.gid, p.database, p.owner, p.prepared, p.transaction from pg_prepared_xacts p where p.gid in (select h.gid from held h)
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
       array(select b from unnest(w.blocked_by) b where not b = any(coalesce(w.holders, array[]::int[])) order by b) as queued_behind,
       w.gids as blocked_by_prepared, w.xids as blocked_by_xids,
       (select string_agg(distinct h.mode, ', ') from held h where h.pid = t.pid) as holds,
       (select count(*) from wanted) as waiting_in_all,
       w.pid is null and t.pid in (select n.head from wanted n) as is_left_out
from party t left join waiter w on w.pid = t.pid left join session s on s.pid = t.pid left join pg_database d on d.oid = s.datid
union all
select 0, p.gid, p.transaction::text::bigint, p.database, p.owner::text, null, 'prepared', null, p.prepared,
       extract(epoch from clock_timestamp() - p.prepared), null, null, null, null,
       null, null, null, null, null, null, null, null, null, null, null,
       (select string_agg(distinct h.mode, ', ') from held h where h.gid = p.gid),
       (select count(*) from wanted), false
from prepared p
order by wait_s desc nulls last, pid, prepared
