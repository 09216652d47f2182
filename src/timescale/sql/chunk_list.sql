-- (continues chunk_sizes.sql; chunk_listed.sql or chunks_both.sql ends it) One row a chunk. $2: where a hypertable has more than so many, a row stands for several that follow each
-- other; null: never.
, ranked as materialized (
  select m.key, m.relid, m.crelid, m.chunk_id, m.starts, m.ends, m.created, m.reltablespace, m.is_compressed, m.is_partial, m.is_frozen, m.is_future, m.is_locked,
         m.is_due, m.due_s, m.is_pack_due, m.pack_due_s,
         case when m.many > $2::bigint then (m.place - 1) * $2::bigint / m.many else m.place end as bin
  from (select m.*, row_number() over (partition by m.key order by m.starts, m.ends, m.relid) as place, count(*) over (partition by m.key) as many
        from marked m) m
), listed as (
  select r.key, case when count(*) = 1 then min(r.relid)::regclass::text end as chunk, count(*) as chunks,
         min(r.starts) as starts, max(r.ends) as ends, min(r.created) as created,
         case when bool_or(r.is_locked) then 'locked' when bool_or(r.is_future) then 'future'
              when bool_or(r.is_frozen) then 'frozen' when bool_or(r.is_partial) then 'partial' when bool_and(r.is_compressed) then 'compressed'
              else 'raw' end as state,
         bool_and(r.is_compressed) as is_compressed,
         -- past a limit is not late yet: that is judged like the hypertable itself
         count(*) filter (where r.is_due) as due, max(r.due_s) filter (where r.is_due) as due_s,
         count(*) filter (where r.is_pack_due) as pack_due, max(r.pack_due_s) filter (where r.is_pack_due) as pack_due_s,
         case when bool_and(s.is_counted) then sum(s.rows + coalesce(p.rows, 0))::bigint end as rows,
         sum(s.bytes)::bigint as bytes, bool_and(s.is_exact) as is_exact,
         sum(p.bytes_before)::bigint as bytes_before, sum(p.bytes_after)::bigint as bytes_after,
         min((select t.spcname from pg_tablespace t where t.oid = r.reltablespace)::text) as tablespace
  from ranked r left join by_chunk s on s.chunk = r.relid left join packed p on p.chunk_id = r.chunk_id
  group by r.key, r.bin
)
