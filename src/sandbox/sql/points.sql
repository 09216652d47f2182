-- Where the points begin that are still there, and whether retention would keep any of them.
SELECT min(range_start), coalesce(max(range_end) > now() - INTERVAL '30 days', false)
FROM timescaledb_information.chunks
WHERE hypertable_name = 'location_events'
