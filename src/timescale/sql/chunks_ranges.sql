-- (continues chunk_sizes.sql) One row a hypertable, folded over its chunks.
, ranges as (
  select m.key, count(*) as chunks, count(*) filter (where m.is_compressed) as compressed, count(*) filter (where m.is_partial) as partial,
         count(*) filter (where m.is_frozen) as frozen, count(*) filter (where m.is_future) as future, count(*) filter (where m.is_locked) as locked,
         min(m.starts) as starts, max(m.ends) as ends,
         count(*) filter (where m.is_due) as due, max(m.due_s) filter (where m.is_due) as due_s,
         count(*) filter (where m.is_due and m.is_frozen) as due_frozen,
         count(*) filter (where m.is_pack_due) as pack_due, max(m.pack_due_s) filter (where m.is_pack_due) as pack_due_s,
         count(*) filter (where m.is_pack_due and m.is_frozen) as pack_due_frozen
  from marked m group by m.key
), sizes as (
  select s.key, sum(s.bytes)::bigint as bytes, bool_and(s.is_exact) as is_exact,
         sum(s.rows) as rows, sum(s.bytes) filter (where s.rows > 0) as counted_bytes, sum(s.bytes) filter (where s.rows is null) as uncounted_bytes,
         sum(s.bytes) filter (where m.is_due)::bigint as due_bytes, bool_and(s.is_exact) filter (where m.is_due) as is_due_exact,
         sum(s.bytes) filter (where m.is_pack_due)::bigint as pack_due_bytes, bool_and(s.is_exact) filter (where m.is_pack_due) as is_pack_due_exact
  from sized s left join marked m on m.relid = s.chunk
  group by s.key
), packs as (
  -- where the compressed half is not to be found, what it took at first is what is known of it
  select m.key, sum(p.rows) as rows, sum(p.bytes_before)::bigint as bytes_before, sum(p.bytes_after)::bigint as bytes_after,
         sum(p.bytes_after) filter (where m.crelid is null) as unseen_bytes,
         sum(p.bytes_after) filter (where m.crelid is null and m.is_due) as unseen_due_bytes
  from marked m join packed p on p.chunk_id = m.chunk_id group by m.key
)
select l.key, r.chunks, r.compressed, r.partial, r.frozen, r.future, r.locked, r.starts, r.ends, r.due, r.due_s, r.due_frozen, r.pack_due, r.pack_due_s,
       r.pack_due_frozen, (s.bytes + coalesce(p.unseen_bytes, 0))::bigint as bytes, s.is_exact and p.unseen_bytes is null as is_exact,
       (s.due_bytes + coalesce(p.unseen_due_bytes, 0))::bigint as due_bytes, s.is_due_exact and p.unseen_due_bytes is null as is_due_exact,
       s.pack_due_bytes, s.is_pack_due_exact,
       -- chunks that nobody counted yet are taken to be as dense as the others
       (s.rows + coalesce(p.rows, 0) + case when s.uncounted_bytes > 0 then s.uncounted_bytes * s.rows / nullif(s.counted_bytes, 0) else 0 end)::bigint as rows,
       p.bytes_before, p.bytes_after, p.rows as packed_rows
from limits l left join ranges r on r.key = l.key left join sizes s on s.key = l.key left join packs p on p.key = l.key
