-- The table that a file of CSV is named after. $1 schema ('': by the search path), $2 name, as they stand in the file's name; $3 and $4 the
-- same in lower case, for names that nobody quotes. One row, or none.
select n.nspname as schema,
       c.relname as name,
       c.oid,
       c.relkind as kind,
       -- COPY refuses row security, and views but those with a trigger INSTEAD OF INSERT
       not pg_catalog.row_security_active(c.oid)
         and (c.relkind <> 'v' or exists (select from pg_catalog.pg_trigger t where t.tgrelid = c.oid and t.tgtype & 68 = 68)) as takes_copy,
       -- something in it whose being there twice the table itself would notice; ON CONFLICT is not for tables with rules
       not c.relhasrules
         and exists (select from pg_catalog.pg_index i where i.indrelid = c.oid and i.indisunique and i.indisvalid and i.indimmediate) as has_key,
       pg_catalog.has_any_column_privilege(c.oid, 'SELECT') as may_read,
       pg_catalog.has_database_privilege(pg_catalog.current_database(), 'TEMPORARY') as may_stage,
       -- beside a deferrable constraint ON CONFLICT must name another one
       (select k.conname
          from pg_catalog.pg_constraint k
         where k.conrelid = c.oid and k.contype in ('p', 'u') and not k.condeferrable
           and exists (select from pg_catalog.pg_constraint d where d.conrelid = c.oid and d.contype in ('p', 'u', 'x') and d.condeferrable)
         order by k.contype, k.conname
         limit 1) as arbiter
  from pg_catalog.pg_class c
  join pg_catalog.pg_namespace n on n.oid = c.relnamespace
 where c.relkind in ('r', 'p', 'f', 'v', 'm')
   and c.relname in ($2, $4)
   and case when $1 = '' then pg_catalog.pg_table_is_visible(c.oid) else n.nspname in ($1, $3) end
 order by c.relname = $2 desc, n.nspname = $1 desc
 limit 1;
