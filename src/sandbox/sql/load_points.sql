-- One point of each device, now; it moves on by the minute.
INSERT INTO location_events (time, device_id, user_id, app_source, latitude, longitude, accuracy, speed, heading)
SELECT
	clock_timestamp(),
	md5('device ' || device)::uuid,
	md5('user ' || CASE WHEN device <= 12 THEN 1 + device ELSE 48 + device END)::uuid,
	CASE WHEN device <= 12 THEN 'mextrack' ELSE 'pshop' END,
	round((43.36 + device * 0.01 + 0.05 * sin(turn + device))::numeric, 8),
	round((-8.41 - device * 0.01 + 0.05 * cos(turn + device))::numeric, 8),
	4,
	round((38 + 30 * sin(turn * 7 + device))::numeric, 2),
	round(((turn * 40 + device * 20)::numeric % 360), 2)
FROM generate_series(1, 18) AS device, (SELECT extract(epoch FROM clock_timestamp()) / 600.0 AS turn) AS clock
