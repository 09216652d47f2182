-- An application that waits for what we hold, while we wait for what it holds, is not to be the one that the server ends: whoever looks for a
-- deadlock first is. Superusers only may look sooner than others.
select set_config('deadlock_timeout', '100ms', false) from pg_roles where rolname = current_user and rolsuper
