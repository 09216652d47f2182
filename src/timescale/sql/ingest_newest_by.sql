-- The same for each value of the column that an index begins with (the time comes second): from one value to the next by the index, :most at most.
with recursive v(x, n) as (
  (select c.:"lead", 1 from :"schema".:"chunk" c order by c.:"lead" limit 1)
  union all
  select (select c.:"lead" from :"schema".:"chunk" c where c.:"lead" > v.x order by c.:"lead" limit 1), v.n + 1
  from v where v.x is not null and v.n < :most
)
select v.x::text as source, v.n, (
  select :epoch from (
    select c.:"time" as t from :"schema".:"chunk" c where c.:"lead" = v.x and c.:"time" < :before order by c.:"time" desc limit 1) q) as newest
from v where v.x is not null
