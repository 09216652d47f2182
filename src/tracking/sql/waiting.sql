-- Who keeps the process $1 waiting for a lock; no row: nobody.
select a.pid, a.usename as "user", coalesce(nullif(a.application_name, ''), 'without a name') as application,
       coalesce(a.state, a.backend_type) as state, extract(epoch from now() - coalesce(a.xact_start, a.backend_start))::bigint as since_s
from unnest(pg_blocking_pids($1::int)) as b(pid) join pg_stat_activity a on a.pid = b.pid
order by since_s desc limit 1
