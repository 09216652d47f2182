-- (ends chunk_list.sql) One row a chunk, oldest first.
select false as is_whole, l.* from listed l order by l.key, l.starts, l.ends
