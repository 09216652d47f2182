UPDATE pgmigrations SET name = '1729555260000_create_user_preferences' WHERE name = '1729555260000_create_preferences'
