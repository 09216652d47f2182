-- Asked once after a connect. The backend's pid differs from the one that the connection was told: a pooler stands between.
-- The mark stands in the startup packet: when it did not arrive, neither did the other settings.
-- A question whose asker is gone must not run on: a backend of our own (never one of a pool) that only reads looks every 2 s
-- whether somebody is still there. Not every platform can, and saying so would be a line in the server's log.
select pg_catalog.pg_backend_pid() as pid,
    pg_catalog.current_setting('pgtend.attached', true) = 'on' as has_settings,
    case when pg_catalog.current_setting('pgtend.attached', true) = 'on'
            and pg_catalog.current_setting('default_transaction_read_only') = 'on'
            and pg_catalog.current_setting('server_version_num')::int4 >= 140000
            and pg_catalog.version() ~ 'linux'
        then pg_catalog.set_config('client_connection_check_interval', '2s', false) end as looks_for_us
