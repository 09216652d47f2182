-- Who follows this server, what it keeps for whom, and whom it follows itself: standbys, slots, the receiver of a standby (subscriptions.sql tells the rest).
-- Columns that only newer versions have are read by name out of the row, so that an older server answers the same question.
-- A standby that has replayed everything tells no lag (its *_lag is null once nothing happens): that is a lag of nothing.
with here as materialized (
  select pg_is_in_recovery() as is_standby, pg_has_role('pg_read_all_stats', 'usage') as may_see,
         case when pg_is_in_recovery() then coalesce(pg_last_wal_receive_lsn(), pg_last_wal_replay_lsn()) else pg_current_wal_lsn() end as lsn
), sender as (
  select r.*, to_jsonb(r) as j, pg_wal_lsn_diff(h.lsn, r.replay_lsn) as behind, h.may_see
  from here h cross join pg_stat_replication r
), slot as (
  select s.*, to_jsonb(s) as j, pg_wal_lsn_diff(h.lsn, s.restart_lsn) as retained, pg_wal_lsn_diff(h.lsn, s.confirmed_flush_lsn) as behind
  from here h cross join pg_replication_slots s
), receiver as (
  select h.may_see, w.pid, w.status, w.slot_name, w.sender_host, w.sender_port, w.last_msg_receipt_time,
         pg_last_wal_receive_lsn() as received, pg_last_wal_replay_lsn() as replayed,
         case when h.is_standby then pg_is_wal_replay_paused() end as is_paused, pg_last_xact_replay_timestamp() as replayed_at
  from here h left join pg_stat_wal_receiver w on true
  where h.is_standby
)
select 'standby' as kind, s.application_name as name,
       coalesce((select p.slot_type from pg_replication_slots p where p.active_pid = s.pid limit 1), 'physical') as type, s.state, s.sync_state, coalesce(host(s.client_addr), s.client_hostname) as client,
       s.pid, null::text as database, s.usename::text as "user",
       (select p.slot_name::text from pg_replication_slots p where p.active_pid = s.pid limit 1) as slot,
       s.behind::bigint as lag_bytes,
       case when s.behind <= 0 then 0 else extract(epoch from s.replay_lag)::float8 end as lag_s,
       extract(epoch from s.write_lag)::float8 as write_lag_s, extract(epoch from s.flush_lag)::float8 as flush_lag_s,
       extract(epoch from s.replay_lag)::float8 as replay_lag_s,
       null::bigint as retained_bytes, null::text as wal_status, null::bigint as safe_wal_bytes, null::float8 as inactive_s,
       null::text as invalidation, s.backend_xmin::text::bigint is not null as holds_xmin,
       case when s.backend_xmin is not null then age(s.backend_xmin) end as xmin_age,
       extract(epoch from clock_timestamp() - (s.j->>'reply_time')::timestamptz)::float8 as heard_s, null::bool as is_failover,
       s.state is null and not s.may_see as is_hidden
from sender s
union all
select 'slot', s.slot_name::text, s.slot_type, case when s.active then 'active' else 'inactive' end, null, s.plugin::text, s.active_pid, s.database::text, null,
       s.slot_name::text, s.behind::bigint,
       null, null, null, null,
       s.retained::bigint, s.wal_status, s.safe_wal_size,
       case when not s.active then extract(epoch from clock_timestamp() - (s.j->>'inactive_since')::timestamptz)::float8 end,
       coalesce(s.j->>'invalidation_reason', case when s.j->>'conflicting' = 'true' then 'conflict' end,
                case when s.wal_status = 'lost' then 'wal_removed' end),
       s.xmin is not null or s.catalog_xmin is not null, greatest(age(s.xmin), age(s.catalog_xmin)),
       null, (s.j->>'failover')::bool, false
from slot s
union all
select 'receiver', coalesce(r.sender_host || coalesce(':' || r.sender_port, ''), 'log from the archive'), 'physical',
       case when r.is_paused then 'paused' when r.pid is null then 'not receiving' else r.status end, null, r.sender_host, r.pid, null, null, r.slot_name,
       pg_wal_lsn_diff(r.received, r.replayed)::bigint,
       case when r.received <= r.replayed and r.pid is not null then 0
            when r.replayed_at is not null then extract(epoch from clock_timestamp() - r.replayed_at)::float8 end,
       null, null, null, null, null, null, null, null, false, null,
       extract(epoch from clock_timestamp() - r.last_msg_receipt_time)::float8, null,
       r.pid is not null and r.status is null and not r.may_see
from receiver r
order by 1, 2
