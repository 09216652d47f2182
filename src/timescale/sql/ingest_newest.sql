-- The newest row of one chunk that does not lie in the future, by an index that begins with the time.
select null::text as source, 0 as n, (
  select :epoch from (
    select c.:"time" as t from :"schema".:"chunk" c where c.:"time" < :before order by c.:"time" desc limit 1) q) as newest
