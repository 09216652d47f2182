-- Whether a segment is in the archive.
select coalesce(left(last_archived_wal, 24) >= $1, false) as is_there,
       failed_count > 0 and (last_archived_time is null or last_failed_time > last_archived_time) as is_failing
  from pg_stat_archiver
