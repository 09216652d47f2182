-- Closes the segment of the log that is written now, so that it is archived.
select pg_switch_wal()
