-- 42 days of points up to now: the first 12 days are beyond retention, so the policy has something to drop.
-- Twelve vehicles of mextrack and six couriers of pshop; a point every quarter of an hour, vehicles by day only.
-- Run again it goes on where the newest point stands.
INSERT INTO location_events (time, device_id, user_id, app_source, latitude, longitude, accuracy, altitude, speed, heading, metadata)
SELECT
	t,
	md5('device ' || device)::uuid,
	md5('user ' || CASE WHEN device <= 12 THEN 1 + device ELSE 48 + device END)::uuid,
	CASE WHEN device <= 12 THEN 'mextrack' ELSE 'pshop' END,
	round((43.36 + device * 0.01 + 0.05 * sin(turn / 20.0 + device))::numeric, 8),
	round((-8.41 - device * 0.01 + 0.05 * cos(turn / 17.0 + device))::numeric, 8),
	round((3 + 2 * abs(sin(turn)))::numeric, 2),
	round((20 + 15 * sin(turn / 50.0))::numeric, 2),
	round((38 + 30 * sin(turn / 3.0 + device))::numeric, 2),
	round(((turn * 13 + device * 20) % 360)::numeric, 2),
	jsonb_build_object('battery', 100 - turn % 90)
FROM generate_series(1, 18) AS device
CROSS JOIN LATERAL (
	SELECT t, (extract(epoch FROM t) / 900)::bigint AS turn
	FROM generate_series(
		date_bin(INTERVAL '15 minutes', now(), TIMESTAMPTZ '2020-01-01 00:00:00+00') - INTERVAL '42 days',
		now(), INTERVAL '15 minutes') AS t
) AS clock
WHERE t > coalesce((SELECT max(time) FROM location_events), '-infinity')
	AND (device > 12 OR extract(hour FROM t AT TIME ZONE 'UTC') BETWEEN 5 AND 20);
