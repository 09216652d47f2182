INSERT INTO roles (name, description) VALUES
	('admin', 'May do everything'),
	('driver', 'Drives a vehicle of the fleet'),
	('courier', 'Brings orders to the door'),
	('shopkeeper', 'Keeps products and orders'),
	('customer', 'Buys')
ON CONFLICT (name) DO NOTHING;
