-- How many locks dropping the relations $1 (an array of pg_class.oid) takes in one transaction, with their indexes and TOAST tables, and how many
-- the server's lock table is made for.
select (select count(*) from pg_class c where c.oid = any ($1::oid[]))
       + (select count(*) from pg_index x where x.indrelid = any ($1::oid[]))
       + 2 * (select count(*) from pg_class c where c.oid = any ($1::oid[]) and c.reltoastrelid <> 0) as locks,
       current_setting('max_locks_per_transaction')::bigint
       * (current_setting('max_connections')::bigint + current_setting('max_prepared_transactions')::bigint) as room
