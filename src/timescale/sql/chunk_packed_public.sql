-- (stands for chunk_packed.sql where catalogs are not to be read) No public view tells what chunks took before they were compressed.
select null::bigint as chunk_id, null::bigint as rows, null::bigint as bytes_before, null::bigint as bytes_after where false
