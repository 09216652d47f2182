-- Publications that carry a TRUNCATE to subscribers elsewhere.
select p.pubname as name,
       exists (select from pg_catalog.pg_replication_slots s where s.slot_type = 'logical' and s.active) as is_followed
  from pg_catalog.pg_publication p
 where p.pubtruncate
 order by 1
