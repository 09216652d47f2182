-- Somebody waits for it.
SELECT count(*) > 0 FROM pg_stat_activity WHERE application_name = 'mextrack-api' AND wait_event_type = 'Lock'
