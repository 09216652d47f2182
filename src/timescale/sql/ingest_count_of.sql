-- The same for one value of that column.
select :piece as piece, :'source'::text as source, count(*) as rows, min(:epoch) as first
from (select c.:"time" as t from :"schema".:"chunk" c
      where c.:"lead" = :'source' and c.:"time" >= :from and c.:"time" < :to order by c.:"time" desc limit :most) q
