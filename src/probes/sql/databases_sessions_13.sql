-- The same for PostgreSQL 13, which does not count sessions.
select d.oid, pg_stat_get_db_checksum_failures(d.oid) as checksum_failures, pg_stat_get_db_conflict_all(d.oid) as conflicts
from pg_database d
where d.datallowconn and not d.datistemplate
