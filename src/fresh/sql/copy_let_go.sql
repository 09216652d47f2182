-- Nobody of this session works on the copy of the name $1 any more.
select pg_catalog.pg_advisory_unlock(1885824100, pg_catalog.hashtext($1::text)) as was_held
