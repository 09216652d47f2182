-- The columns of one table ($1: its oid), in their order.
with filled as (
  -- a trigger BEFORE INSERT FOR EACH ROW may fill what the file leaves out
  select exists (select from pg_catalog.pg_trigger t
                  where t.tgrelid = $1::oid and not t.tgisinternal and t.tgenabled <> 'D' and t.tgtype & 7 = 7) as by_trigger
)
select a.attname as name,
       a.attgenerated <> '' as is_generated,
       a.attnotnull and not f.by_trigger as is_not_null,
       a.attnotnull and not f.by_trigger and not a.atthasdef and a.attidentity = '' and (t.typtype <> 'd' or t.typdefault is null) as is_needed,
       exists (select from pg_catalog.pg_index i
                where i.indrelid = a.attrelid and i.indisunique and i.indisvalid and a.attnum = any (i.indkey)) as is_key
  from pg_catalog.pg_attribute a
  join pg_catalog.pg_type t on t.oid = a.atttypid
 cross join filled f
 where a.attrelid = $1::oid and a.attnum > 0 and not a.attisdropped
 order by a.attnum;
