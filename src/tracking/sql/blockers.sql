-- Who holds a lock on one of the relations $1 (an array of pg_class.oid): each of them bars a DROP, and one that waits lets nobody pass behind it.
-- Longest transaction first. Vacuum by itself gives way, so it is left out.
select a.pid, a.usename as "user", coalesce(nullif(a.application_name, ''), 'without a name') as application,
       coalesce(a.state, a.backend_type) as state, extract(epoch from now() - coalesce(a.xact_start, a.backend_start))::bigint as since_s,
       count(distinct l.relation) as relations, min(l.relation::regclass::text) as relation, string_agg(distinct l.mode, ', ') as modes
from pg_locks l join pg_stat_activity a on a.pid = l.pid
where l.locktype = 'relation' and l.granted and l.relation = any ($1::oid[]) and l.pid <> pg_backend_pid()
  and l.database = (select d.oid from pg_database d where d.datname = current_database())
  and a.backend_type is distinct from 'autovacuum worker'
group by 1, 2, 3, 4, 5 order by since_s desc, a.pid limit 20
