-- (ends chunks_ranges.sql and chunk_list.sql) Both by one look at all chunks: the hypertables first (is_whole), then the chunks, oldest first.
select true as is_whole, f.key, f.chunks, f.starts, f.ends, f.due, f.due_s, f.pack_due, f.pack_due_s, f.rows, f.bytes, f.is_exact, f.bytes_before, f.bytes_after,
       f.compressed, f.partial, f.frozen, f.future, f.locked, f.due_frozen, f.pack_due_frozen, f.due_bytes, f.is_due_exact, f.pack_due_bytes, f.is_pack_due_exact,
       f.packed_rows, f.arrived_per_day, f.is_arriving, f.is_elsewhere,
       null as chunk, null::timestamptz as created, null as state, null::boolean as is_compressed, null as tablespace
from folded f
union all
select false, l.key, l.chunks, l.starts, l.ends, l.due, l.due_s, l.pack_due, l.pack_due_s, l.rows, l.bytes, l.is_exact, l.bytes_before, l.bytes_after,
       null, null, null, null, null, null, null, null, null, null, null,
       null, null, null, null,
       l.chunk, l.created, l.state, l.is_compressed, l.tablespace
from listed l
order by is_whole desc, key, starts, ends
