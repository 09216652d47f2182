-- All of them wait for it.
SELECT count(*) >= 3 FROM pg_stat_activity WHERE application_name = 'mextrack-api' AND wait_event_type = 'Lock'
