-- How far a cluster that replays its log has come. The functions of a pause are called only while there is recovery.
select pg_is_in_recovery() as is_in_recovery,
       case when pg_is_in_recovery() then pg_is_wal_replay_paused() else false end as is_paused,
       pg_last_xact_replay_timestamp() as reached_at
