-- The tables with most dead rows: whether autovacuum keeps up. Counters only, no size; chunks of hypertables stand for themselves.
select c.relnamespace::regnamespace::text as schema, c.relname as name, pg_stat_get_dead_tuples(c.oid) as dead,
       pg_stat_get_live_tuples(c.oid) as rows
from pg_class c
where c.relkind in ('r', 'm') and pg_stat_get_dead_tuples(c.oid) > 0
order by dead desc
limit 5
