-- Names of relations of this database by their numbers ($1), with the schema where that is not public. Waits for no lock.
select c.oid, case n.nspname when 'public' then c.relname else n.nspname || '.' || c.relname end as name
from pg_class c join pg_namespace n on n.oid = c.relnamespace
where c.oid = any($1::oid[])
