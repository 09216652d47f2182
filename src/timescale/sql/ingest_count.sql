-- Rows of one chunk in a stretch of time, by an index that begins with the time; :most at most, the newest of them.
select :piece as piece, null::text as source, count(*) as rows, min(:epoch) as first
from (select c.:"time" as t from :"schema".:"chunk" c where c.:"time" >= :from and c.:"time" < :to order by c.:"time" desc limit :most) q
