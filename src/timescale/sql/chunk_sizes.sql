-- (continues chunk_marks.sql) What each relation of each hypertable takes: chunks, compressed halves, the root. Sizes are relpages, in one pass over
-- pg_class; joins that look the same take 70 times as long with 10,000 chunks. Never analyzed relations and the biggest are measured, but not
-- those that somebody holds or wants for itself: pg_total_relation_size() would stand in that queue.
, pages as materialized (
  select coalesce(x.indrelid, c.oid) as oid, sum(c.relpages::bigint) as pages
  from pg_class c left join pg_index x on x.indexrelid = c.oid where c.relkind in ('r', 'i', 't') group by 1
), relation as (
  select m.key, m.relid as chunk, m.relid as oid, m.relpages, m.reltuples, m.reltoastrelid, m.is_locked, m.is_compressed as is_emptied, m.is_partial from marked m
  union all
  select m.key, m.relid, c.oid, c.relpages, c.reltuples, c.reltoastrelid, m.is_locked, null, false from marked m join pg_class c on c.oid = m.crelid
  union all
  select l.key, null, c.oid, c.relpages, c.reltuples, c.reltoastrelid, exists(select from busy b where b.oid = c.oid), false, false
  from limits l join pg_class c on c.oid = l.root
), estimate as materialized (
  select r.*, (p.pages + coalesce(t.pages, 0)) * current_setting('block_size')::bigint as bytes
  from relation r join pages p on p.oid = r.oid left join pages t on t.oid = r.reltoastrelid
), measured as materialized (
  select m.oid, pg_total_relation_size(m.oid) as bytes
  from (select e.oid from estimate e where not e.is_locked order by e.reltuples < 0 desc, e.relpages desc limit 400) m
), sized as materialized (
  -- rows of a compressed half are batches; its chunk's own rows came later, and what the statistics say of them is from before. The root has none. What
  -- nobody counted yet is not empty.
  select e.key, e.chunk, e.oid, coalesce(m.bytes, e.bytes) as bytes, m.bytes is not null as is_exact,
         case when e.is_emptied is null or e.chunk is null then 0
              when e.is_emptied then case when e.is_partial and e.relpages > 0 then greatest(e.reltuples, 0)::bigint else 0 end
              when pg_stat_get_live_tuples(e.oid) > 0 then pg_stat_get_live_tuples(e.oid)
              when e.reltuples >= 0 then e.reltuples::bigint
              when coalesce(m.bytes, e.bytes) = 0 then 0 end as rows
  from estimate e left join measured m on m.oid = e.oid
), by_chunk as materialized (
  select s.chunk, sum(s.bytes)::bigint as bytes, bool_and(s.is_exact) as is_exact, sum(s.rows) as rows, bool_and(s.rows is not null) as is_counted
  from sized s where s.chunk is not null group by s.chunk
)
