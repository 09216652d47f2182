SELECT count(*) = 0
FROM pg_stat_activity
WHERE datname = current_database() AND (wait_event_type = 'Lock' OR application_name = 'fleet-import')
