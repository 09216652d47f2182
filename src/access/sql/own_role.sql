-- The role that asks, as it is written in a statement.
select pg_catalog.quote_ident(current_user) as role
