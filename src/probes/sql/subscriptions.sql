-- What this server's databases subscribe to.
select 'subscription' as kind, s.subname::text as name, 'logical' as type, case when not p.subenabled then 'disabled' when s.pid is null then 'down' else 'running' end as state,
       s.pid, d.datname::text as database,
       extract(epoch from clock_timestamp() - s.last_msg_receipt_time)::float8 as heard_s, false as holds_xmin
from pg_stat_subscription s
join pg_subscription p on p.oid = s.subid
join pg_database d on d.oid = p.subdbid
where s.relid is null
order by 2
