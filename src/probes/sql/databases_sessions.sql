-- How sessions ended and how long they worked, of every database, since its statistics' reset: asked once a minute. PostgreSQL 14 and newer.
select d.oid, pg_stat_get_db_sessions(d.oid) as sessions, pg_stat_get_db_sessions_abandoned(d.oid) as sessions_abandoned,
       pg_stat_get_db_sessions_fatal(d.oid) as sessions_fatal, pg_stat_get_db_sessions_killed(d.oid) as sessions_killed,
       pg_stat_get_db_session_time(d.oid) / 1000 as session_s, pg_stat_get_db_active_time(d.oid) / 1000 as session_active_s,
       pg_stat_get_db_idle_in_transaction_time(d.oid) / 1000 as session_in_transaction_s,
       pg_stat_get_db_checksum_failures(d.oid) as checksum_failures, pg_stat_get_db_conflict_all(d.oid) as conflicts
from pg_database d
where d.datallowconn and not d.datistemplate
