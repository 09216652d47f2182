-- Says that the copy of the name $1 is worked on, for as long as this session lives.
select pg_catalog.pg_try_advisory_lock(1885824100, pg_catalog.hashtext($1::text)) as is_held
