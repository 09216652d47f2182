-- Asked once after a connect. The backend's pid differs from the one that the connection was told: a pooler stands between.
-- The mark stands in the startup packet: when it did not arrive, neither did the other settings.
select pg_catalog.pg_backend_pid() as pid, pg_catalog.current_setting('pgtend.attached', true) as mark
