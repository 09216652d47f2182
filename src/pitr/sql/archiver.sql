-- One row about what archives the log, and how far it has come. Every role may ask all of it; a setting that it may not see is null.
-- The name of a segment says where its last byte lies: eight digits each of timeline, upper half of the position, number in that half.
-- archive_command is taken from reset_val: with archive_mode = off it is shown as (disabled), whatever it is.
with settings as (
       select max(s.reset_val) filter (where s.name = 'archive_command') as archive_command,
              max(s.reset_val) filter (where s.name = 'archive_library') as archive_library,
              max(s.setting) filter (where s.name = 'data_directory') as data_directory,
              array_agg(s.name order by s.name)
                filter (where s.pending_restart and s.name in ('archive_mode', 'wal_level', 'max_wal_senders')) as waits_for_restart
         from pg_settings s
        where s.name in ('archive_command', 'archive_library', 'archive_mode', 'wal_level', 'data_directory', 'max_wal_senders')
), position as (
       select case when pg_is_in_recovery() then pg_last_wal_replay_lsn() else pg_current_wal_lsn() end as lsn
)
select current_setting('archive_mode') as archive_mode,
       current_setting('wal_level') as wal_level,
       current_setting('archive_timeout', true) as archive_timeout,
       pg_is_in_recovery() as is_in_recovery,
       s.archive_command,
       s.archive_library,
       s.data_directory,
       coalesce(s.waits_for_restart, '{}') as waits_for_restart,
       a.archived_count as archived,
       a.last_archived_wal,
       a.last_archived_time as last_archived_at,
       a.failed_count as failed,
       a.last_failed_wal,
       a.last_failed_time as last_failed_at,
       a.stats_reset,
       current_setting('archive_mode') <> 'off' and a.failed_count > 0
         and (a.last_archived_time is null or a.last_failed_time > a.last_archived_time) as is_failing,
       case when a.last_archived_wal ~ '^[0-9A-F]{24}'
            then greatest(0, pg_wal_lsn_diff(p.lsn, '0/0')
              - (('x' || lpad(substr(a.last_archived_wal, 9, 8), 16, '0'))::bit(64)::bigint * 4294967296::numeric
                 + (('x' || lpad(substr(a.last_archived_wal, 17, 8), 16, '0'))::bit(64)::bigint + 1)
                   * pg_size_bytes(current_setting('wal_segment_size'))))
       end::bigint as behind_bytes,
       has_function_privilege('pg_ls_archive_statusdir()', 'execute') as may_list
  from pg_stat_archiver a, settings s, position p
