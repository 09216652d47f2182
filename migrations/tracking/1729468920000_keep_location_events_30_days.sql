-- Up Migration
ALTER TABLE location_events SET (
	timescaledb.compress,
	timescaledb.compress_segmentby = 'device_id, user_id, app_source',
	timescaledb.compress_orderby = 'time DESC'
);
SELECT add_compression_policy('location_events', INTERVAL '7 days');
SELECT add_retention_policy('location_events', INTERVAL '30 days');

-- Down Migration
SELECT remove_retention_policy('location_events');
SELECT remove_compression_policy('location_events');
SELECT decompress_chunk(format('%I.%I', chunk_schema, chunk_name)::regclass)
FROM timescaledb_information.chunks WHERE hypertable_name = 'location_events' AND is_compressed;
ALTER TABLE location_events SET (timescaledb.compress = false);
