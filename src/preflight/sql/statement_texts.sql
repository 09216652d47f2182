-- The texts of some statements, by their numbers. public is put in the place of the extension's schema.
select s.queryid, min(s.query) as query
from public.pg_stat_statements(true) s
where s.queryid = any (string_to_array($1, ',')::bigint[])
group by s.queryid
