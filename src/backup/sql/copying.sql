-- What the pg_dump of a backup copies at this moment, and how large each table is by what the server remembers of it.
select p.relid::bigint as relid,
       n.nspname || '.' || c.relname as name,
       p.tuples_processed as rows,
       greatest(c.reltuples, 0)::bigint as all_rows,
       c.relpages::bigint * current_setting('block_size')::bigint as bytes
  from pg_catalog.pg_stat_progress_copy p
  join pg_catalog.pg_stat_activity a on a.pid = p.pid
  join pg_catalog.pg_class c on c.oid = p.relid
  join pg_catalog.pg_namespace n on n.oid = c.relnamespace
 where a.application_name = 'pgtend backup'
   and p.datname = current_database()
 order by 5 desc
