-- What ran of the seeds folder since the database was last emptied.
select s.file,
       s.checksum,
       (pg_catalog.date_part('epoch', s.ran_at) * 1000000)::bigint as ran_us,
       s.took_ms,
       s.rows,
       s.environment,
       s.way,
       s.runs,
       pg_catalog.concat_ws('@', s.os_user, s.host) as by
  from pgtend.seeds s
 order by s.file collate "C";
