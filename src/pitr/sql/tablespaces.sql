-- Tablespaces with a place of their own, which the replay of their making would make again in the same place.
select oid::bigint as oid, spcname as name
  from pg_tablespace
 where pg_tablespace_location(oid) <> ''
