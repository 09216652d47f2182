-- Ends a session ($1), if it is still the one that was shown ($2: its backend_start). No row: it is not.
select pg_terminate_backend(a.pid) as is_sent from pg_stat_get_activity($1::int) a where a.backend_start = $2::timestamptz
