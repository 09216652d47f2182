# What an installed pgtend needs for `sandbox up` beside itself: the Atriz schema, its seeds, the node files.
nobase_dist_pkgdata_DATA = \
	migrations/atriz/1729555200000_create_user_profiles.sql \
	migrations/atriz/1729555260000_create_user_preferences.sql \
	migrations/atriz/1733011200000_index_profiles_by_locale.sql \
	migrations/core/1729382400000_create_users.sql \
	migrations/core/1729382460000_create_auth_tokens.sql \
	migrations/core/1729382520000_create_roles.sql \
	migrations/core/1732060800000_add_users_last_login.sql \
	migrations/mextrack/1729641600000_create_drivers.sql \
	migrations/mextrack/1729641660000_create_vehicles.sql \
	migrations/mextrack/1734220800000_create_vehicle_services.sql \
	migrations/pshop/1729728000000_create_products.sql \
	migrations/pshop/1729728060000_create_orders.sql \
	migrations/pshop/1729728120000_create_deliveries.sql \
	migrations/tracking/1729468860000_create_location_events.sql \
	migrations/tracking/1729468920000_keep_location_events_30_days.sql \
	migrations/tracking/1729468980000_create_location_hourly.sql \
	sandbox/node/package-lock.json \
	sandbox/node/package.json \
	sandbox/pglite/package-lock.json \
	sandbox/pglite/package.json \
	sandbox/pglite/server.mjs \
	seeds/atriz/001_user_profiles.sql \
	seeds/atriz/002_user_preferences.sql \
	seeds/core/001_roles.sql \
	seeds/core/002_users.sql \
	seeds/core/003_auth_tokens.sql \
	seeds/mextrack/001_drivers.sql \
	seeds/mextrack/002_vehicles.sql \
	seeds/pshop/001_products.sql \
	seeds/pshop/002_orders.sql \
	seeds/tracking/001_location_events.sql
nobase_dist_pkgdata_SCRIPTS = seeds/pshop/003_deliveries.sh
