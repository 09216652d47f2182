-- One row a chunk that was compressed: what it took before and right after (stored then, so later rows do not show), and its rows then.
select z.chunk_id::bigint as chunk_id, z.numrows_pre_compression as rows,
       z.uncompressed_heap_size + z.uncompressed_toast_size + z.uncompressed_index_size as bytes_before,
       z.compressed_heap_size + z.compressed_toast_size + z.compressed_index_size as bytes_after
from _timescaledb_catalog.compression_chunk_size z
