-- What this server's databases subscribe to, before PostgreSQL 14: only superusers may read pg_subscription.oid, so that its name must do. Where databases have
-- subscriptions of one name, the session of its worker says whose it is.
select 'subscription' as kind, s.subname::text as name, 'logical' as type, case when p.is_disabled then 'disabled' when s.pid is null then 'down' else 'running' end as state,
       s.pid, coalesce(d.datname::text, p.only_database) as database,
       extract(epoch from clock_timestamp() - s.last_msg_receipt_time)::float8 as heard_s, false as holds_xmin
from pg_stat_subscription s
left join pg_stat_get_activity(s.pid) a on s.pid is not null
left join pg_database d on d.oid = a.datid
cross join lateral (
  select bool_and(not o.subenabled) as is_disabled, case when count(*) = 1 then min(b.datname::text) end as only_database
  from pg_subscription o join pg_database b on b.oid = o.subdbid where o.subname = s.subname
) p
where s.relid is null
order by 2
