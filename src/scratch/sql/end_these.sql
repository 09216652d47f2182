-- Ends those of the sessions $2 that are (still) in the database of oid $1.
select pg_catalog.count(*) as ended
  from (select pg_catalog.pg_terminate_backend(a.pid) as is_ended
          from pg_catalog.pg_stat_activity a
         where a.datid = $1::oid
           and a.pid = any ($2::int[])) as t
 where t.is_ended
