-- Through a second, short session: libpq before 17 has no cancel that does not block.
select pg_catalog.pg_cancel_backend($1::int4)
