-- The first twelve carry a device that sends points into atriz_tracking.
INSERT INTO vehicles (id, user_id, driver_id, device_id, vehicle_name, plate, odometer_km)
SELECT md5('vehicle ' || n)::uuid, md5('user 1')::uuid, drivers.id, md5('device ' || CASE WHEN n <= 12 THEN n ELSE 1000 + n END)::uuid,
	(ARRAY['Van', 'Truck', 'Trailer', 'Car'])[1 + n % 4] || ' ' || n, format('%s-MXT', 1000 + n), 1000 * n + 0.5
FROM generate_series(1, 48) AS n
LEFT JOIN drivers ON drivers.user_id = md5('user ' || (n + 1))::uuid
ON CONFLICT DO NOTHING;

INSERT INTO vehicle_services (vehicle_id, serviced_at, odometer_km, what)
SELECT vehicles.id, date_trunc('month', now()) - n * INTERVAL '3 months', odometer_km / (n + 1), (ARRAY['oil', 'tyres', 'brakes', 'inspection'])[1 + n % 4]
FROM vehicles CROSS JOIN generate_series(1, 6) AS n
ON CONFLICT DO NOTHING;
