-- The whole history once: the policy itself looks at three days only.
CALL refresh_continuous_aggregate('location_hourly', NULL, now() - INTERVAL '1 hour')
