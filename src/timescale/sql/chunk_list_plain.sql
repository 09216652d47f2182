-- (as chunk_list.sql, where no hypertable has so many chunks that rows stand for several: less work for the server) One row a chunk. $2 is for that one.
, listed as (
  select m.key, m.relid::regclass::text as chunk, 1::bigint as chunks, m.starts, m.ends, m.created,
         case when m.is_locked then 'locked' when m.is_future then 'future' when m.is_frozen then 'frozen' when m.is_partial then 'partial'
              when m.is_compressed then 'compressed' else 'raw' end as state,
         m.is_compressed, m.is_due::int::bigint as due, case when m.is_due then m.due_s end as due_s,
         m.is_pack_due::int::bigint as pack_due, case when m.is_pack_due then m.pack_due_s end as pack_due_s,
         case when s.is_counted then (s.rows + coalesce(p.rows, 0))::bigint end as rows, s.bytes, s.is_exact, p.bytes_before, p.bytes_after,
         t.spcname::text as tablespace
  from marked m left join by_chunk s on s.chunk = m.relid left join packed p on p.chunk_id = m.chunk_id left join pg_tablespace t on t.oid = m.reltablespace
  where $2::bigint is null or $2::bigint > 0
)
