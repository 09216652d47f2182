-- Foreign keys: a table cannot be emptied while a table that references it keeps its rows. Whether the referencing columns lead an index
-- tells whether each deleted row would have the whole referencing table read.
select c.conname as name,
       c.conrelid::bigint as referencing,
       c.confrelid::bigint as referenced,
       c.confdeltype as on_delete,
       exists (select from pg_catalog.pg_index i
                where i.indrelid = c.conrelid and i.indisvalid and i.indpred is null
                  and (i.indkey::int2[])[0:pg_catalog.cardinality(c.conkey) - 1] @> c.conkey) as is_indexed
  from pg_catalog.pg_constraint c
 where c.contype = 'f'
