-- The history that the server is on: the first eight digits of the name of the segment that it writes.
select ('x' || left(pg_walfile_name(pg_current_wal_lsn()), 8))::bit(32)::int as timeline
