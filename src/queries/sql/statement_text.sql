-- The text of one statement of this database. The extension may lie in any schema: public stands for it here.
select s.query, s.query = '<insufficient privilege>' as is_hidden
from public.pg_stat_statements(true) s
where s.dbid = (select oid from pg_database where datname = current_database()) and s.queryid = $1::bigint
order by s.calls desc
limit 1
