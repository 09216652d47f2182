-- What pgtend wrote down of runs over one history: that of a session ($2 pid, $3 its backend_start as text), or, with null, the last one.
select r.verb,
       pg_catalog.concat_ws(', ', coalesce(r.os_user || '@' || r.host, r.os_user, r.host), 'role ' || r.db_user) as who,
       r.host,
       r.os_pid,
       r.started_at,
       r.ended_at,
       r.outcome
  from pgtend.migration_runs r
 where r.history = $1
   and ($2::int is null or (r.backend_pid = $2::int and r.backend_start = $3::timestamptz))
 order by r.id desc
 limit 1;
