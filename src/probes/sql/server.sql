-- One row about the server itself. Settings by current_setting(name, true): one that a version lacks is null.
-- pg_settings is read once, only for what waits for a restart.
select current_setting('server_version') as full_version,
       split_part(current_setting('server_version'), ' ', 1) as version,
       current_setting('server_version_num') as version_num,
       pg_postmaster_start_time() as started,
       pg_is_in_recovery() as is_in_recovery,
       current_setting('max_connections') as max_connections,
       current_setting('superuser_reserved_connections')::int
         + coalesce(current_setting('reserved_connections', true)::int, 0) as reserved_connections,
       pg_size_bytes(current_setting('shared_buffers')) as shared_buffers_bytes,
       current_setting('wal_level') as wal_level,
       current_setting('archive_mode') as archive_mode,
       current_setting('autovacuum') as is_autovacuum,
       current_setting('data_checksums', true) as is_checksummed,
       current_setting('track_io_timing') as is_timing_io,
       current_setting('server_encoding') as encoding,
       (select s.reset_val from pg_settings s where s.name = 'TimeZone') as time_zone,
       array(select s.name from pg_settings s where s.pending_restart order by 1) as pending_restart
