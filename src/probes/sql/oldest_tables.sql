-- The tables that hold the oldest transactions of this database, each with the age from which autovacuum freezes it by force (its own, else the server's).
-- A toast table is told as the table whose long values it keeps.
with oldest as materialized (
  select c.oid, c.relnamespace, c.relname, c.relkind, c.relpages, c.reloptions, age(c.relfrozenxid) as xid_age, mxid_age(c.relminmxid) as multixact_age
  from pg_class c
  where c.relkind in ('r', 'm', 't') and c.relfrozenxid <> '0'
  order by greatest(age(c.relfrozenxid), mxid_age(c.relminmxid)) desc, c.relpages desc
  limit 20
)
select n.nspname as schema, coalesce(t.relname, o.relname) as name, o.oid, o.relkind = 't' as is_toast, o.xid_age, o.multixact_age,
       least(current_setting('autovacuum_freeze_max_age')::bigint,
             (select x.option_value::bigint from pg_options_to_table(o.reloptions) x where x.option_name = 'autovacuum_freeze_max_age')) as freeze_max_age,
       o.relpages::bigint * current_setting('block_size')::bigint as size_bytes,
       exists (select 1 from pg_options_to_table(o.reloptions) x
               where x.option_name = 'autovacuum_enabled' and lower(x.option_value) in ('off', 'false', 'no', '0')) as is_autovacuum_off,
       greatest(pg_stat_get_last_vacuum_time(o.oid), pg_stat_get_last_autovacuum_time(o.oid)) as last_vacuum
from oldest o
left join pg_class t on o.relkind = 't' and t.reltoastrelid = o.oid
join pg_namespace n on n.oid = coalesce(t.relnamespace, o.relnamespace)
order by greatest(o.xid_age, o.multixact_age) desc, o.relpages desc
