-- (ends chunks_ranges.sql) One row a hypertable.
select true as is_whole, f.* from folded f
