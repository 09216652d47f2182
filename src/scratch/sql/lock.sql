-- Says that the scratch database of this name is in use, as long as this session lives. $1: its name.
select pg_catalog.pg_try_advisory_lock(1885824100, pg_catalog.hashtext($1::text)) as is_held
