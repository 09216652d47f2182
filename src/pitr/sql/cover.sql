-- A transaction with a number of its own, and the segment that holds its end is closed, so that it goes to the archive: recovery to a time stops
-- at the first transaction that ended after it, and fails where there is none.
select txid_current() as transaction, pg_walfile_name(pg_current_wal_lsn()) as wal
