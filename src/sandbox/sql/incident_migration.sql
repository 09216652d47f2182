-- A file that was renamed after it had been applied: a row without a file, and a file that comes too late.
UPDATE pgmigrations SET name = '1729555260000_create_preferences' WHERE name = '1729555260000_create_user_preferences'
