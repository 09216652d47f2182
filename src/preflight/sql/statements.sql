-- What the statements of this database have cost so far, the dearest first, without their texts: those may hold anything. public is put
-- in the place of the extension's schema.
select s.queryid, sum(s.calls) as calls, sum(s.total_exec_time) as total_ms
from public.pg_stat_statements(false) s
where s.dbid = (select d.oid from pg_catalog.pg_database d where d.datname = current_database()) and s.queryid is not null
group by s.queryid
order by total_ms desc
limit 1000
