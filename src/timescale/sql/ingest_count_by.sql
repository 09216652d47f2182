-- The same for each value of the column that an index begins with.
with recursive v(x, n) as (
  (select c.:"lead", 1 from :"schema".:"chunk" c order by c.:"lead" limit 1)
  union all
  select (select c.:"lead" from :"schema".:"chunk" c where c.:"lead" > v.x order by c.:"lead" limit 1), v.n + 1
  from v where v.x is not null and v.n < :leads
)
select :piece as piece, v.x::text as source, k.rows, k.first
from v, lateral (
  select count(*) as rows, min(:epoch) as first
  from (select c.:"time" as t from :"schema".:"chunk" c
        where c.:"lead" = v.x and c.:"time" >= :from and c.:"time" < :to order by c.:"time" desc limit :most) q) k
where v.x is not null and k.rows > 0
