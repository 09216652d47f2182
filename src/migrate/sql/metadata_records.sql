-- What pgtend wrote down of the migrations of one history, the newest last, and how far those came that run outside a transaction.
-- $1: the history as pgtend names it ("public.pgmigrations").
select m.name,
       m.action,
       m.checksum,
       m.mode,
       (pg_catalog.date_part('epoch', m.ran_at) * 1000000)::bigint as ran_us,
       m.duration_ms,
       m.os_user,
       m.host,
       m.db_user,
       m.version,
       m.id,
       null::integer as begun,
       null::integer as done
  from pgtend.migrations m
 where m.history = $1
union all
select p.name,
       p.direction,
       p.checksum,
       null,
       (pg_catalog.date_part('epoch', p.changed_at) * 1000000)::bigint,
       null,
       p.os_user,
       p.host,
       null,
       null,
       null,
       p.begun,
       p.done
  from pgtend.migration_progress p
 where p.history = $1
 order by id;
