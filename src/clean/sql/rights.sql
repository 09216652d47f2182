-- Before 15 nobody but a superuser may set session_replication_role.
select pg_catalog.current_setting('is_superuser') = 'on' as may_replicate
