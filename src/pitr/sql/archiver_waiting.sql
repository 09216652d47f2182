-- Segments that wait to be archived, and since when the first of them does. For superusers and pg_monitor.
select count(*) as waiting_segments,
       extract(epoch from clock_timestamp() - min(modification)) as waiting_s
  from pg_ls_archive_statusdir()
 where name like '%.ready'
