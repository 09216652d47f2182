-- (continues chunk_sizes.sql; chunks_folded.sql or chunks_both.sql ends it) One row a hypertable, folded over its chunks.
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
  select m.key, sum(p.rows) as rows, sum(p.bytes_before)::bigint as bytes_before, sum(p.bytes_after)::bigint as bytes_after
  from marked m join packed p on p.chunk_id = m.chunk_id group by m.key
), whole as (
  -- chunks that nothing more comes to, as far as the clock goes
  select m.key, min(m.starts) as first, max(m.ends) as ends, count(*) as chunks from marked m join limits l on l.key = m.key
  where l.time_kind <> 'integer' and m.ends <= l.clock and m.starts > -9223372036854775808 group by m.key
), arriving as (
  -- of those the newest: a week, or two if a chunk is as wide. The oldest of all may have begun to fill in its middle
  select m.key, m.relid, m.chunk_id, m.starts, m.ends, m.is_compressed, m.reltablespace from marked m join whole w on w.key = m.key join limits l on l.key = m.key
  where m.ends <= w.ends and m.ends > w.ends - greatest(604800000000, 2 * l.width) and (m.starts > w.first or w.chunks = 1)
), arrived as (
  -- compressed ones count with what they took before
  select a.key, min(a.starts) as starts, max(a.ends) as ends, bool_or(a.reltablespace <> 0) as is_elsewhere,
         sum(coalesce(case when a.is_compressed then p.bytes_before end, s.bytes)) as bytes
  from arriving a left join packed p on p.chunk_id = a.chunk_id
  left join by_chunk s on s.chunk = a.relid
  group by a.key
), folded as (
  select l.key, r.chunks, r.compressed, r.partial, r.frozen, r.future, r.locked, r.starts, r.ends, r.due, r.due_s, r.due_frozen, r.pack_due, r.pack_due_s,
         r.pack_due_frozen, s.bytes, s.is_exact, s.due_bytes, s.is_due_exact, s.pack_due_bytes, s.is_pack_due_exact,
         -- chunks that nobody counted yet are taken to be as dense as the others
         (s.rows + coalesce(p.rows, 0) + case when s.uncounted_bytes > 0 then s.uncounted_bytes * s.rows / nullif(s.counted_bytes, 0) else 0 end)::bigint as rows,
         p.bytes_before, p.bytes_after, p.rows as packed_rows,
         a.bytes / nullif((a.ends - a.starts) / 86400000000.0, 0) as arrived_per_day, a.ends > l.clock - greatest(2 * 86400000000, 2 * l.width) as is_arriving, a.is_elsewhere
  from limits l left join ranges r on r.key = l.key left join sizes s on s.key = l.key left join packs p on p.key = l.key left join arrived a on a.key = l.key
)
