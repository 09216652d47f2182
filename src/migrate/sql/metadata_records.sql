-- What pgtend wrote down of the migrations of one history, the newest last, and how far those came that run outside a transaction.
-- $1: the history as pgtend names it ("public.pgmigrations"). $2: the mark under which its records are remembered, '' when they are not; null: only progress is wanted.
-- First comes the mark of what is there now: it is another one as soon as a record has come, gone or changed, or another database answers.
-- The records follow where it is not $2.
with seen as materialized (
  select pg_catalog.concat_ws(' ', (select d.oid from pg_catalog.pg_database d where d.datname = pg_catalog.current_database()),
           pg_catalog.max(m.tableoid::bigint), pg_catalog.count(*), pg_catalog.max(m.id), pg_catalog.sum(m.xmin::text::bigint),
           pg_catalog.sum((pg_catalog.date_part('epoch', m.ran_at) * 1000000)::bigint)) as mark
    from pgtend.migrations m
   where m.history = $1
     and $2::text is not null
)
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
   and $2 <> (select s.mark from seen s)
union all
select s.mark, 'mark', null, null, null, null, null, null, null, null, 0, null, null
  from seen s
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
