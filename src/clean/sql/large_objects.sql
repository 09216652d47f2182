-- How many large objects the database holds, counted as far as a million, and the bytes of all. No table owns them.
select (select pg_catalog.count(*) from (select from pg_catalog.pg_largeobject_metadata limit 1000000) as l) as objects,
       pg_catalog.pg_total_relation_size('pg_catalog.pg_largeobject'::pg_catalog.regclass) as bytes
