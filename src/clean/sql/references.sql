-- Foreign keys: a table cannot be emptied while a table that references it keeps its rows.
select c.conname as name,
       c.conrelid::bigint as referencing,
       c.confrelid::bigint as referenced
  from pg_catalog.pg_constraint c
 where c.contype = 'f'
   and c.conrelid <> c.confrelid
