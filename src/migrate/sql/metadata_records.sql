-- What pgtend wrote down of the migrations of one history, the newest last. $1: the history as pgtend names it ("public.pgmigrations").
select m.name,
       m.action,
       m.checksum,
       m.mode,
       pg_catalog.round(pg_catalog.date_part('epoch', m.ran_at)::numeric * 1000000)::bigint as ran_us,
       m.duration_ms,
       pg_catalog.concat_ws(', ', coalesce(m.os_user || '@' || m.host, m.os_user, m.host), 'role ' || m.db_user) as who,
       m.version
  from pgtend.migrations m
 where m.history = $1
 order by m.id;
