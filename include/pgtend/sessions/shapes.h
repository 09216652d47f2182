/* sessions/shapes.h - the columns of the facts about locks, the xmin horizon and what is at work (as probes/shapes.h). */
#ifndef PGTEND_SESSIONS_SHAPES_H
#define PGTEND_SESSIONS_SHAPES_H

#include "pgtend/core/table.h"

#define LOCKS_COLUMNS \
	{"tree", CELL_TEXT, "who", 0, "The pid, or the name of the prepared transaction, set in by depth; deeper than 6 the depth stands before it: (7) 4711."}, \
	{"depth", CELL_COUNT, NULL, 0, "How deep it stands in the tree: 0 waits for nobody; the others follow the one they wait for."}, \
	{"pid", CELL_ID, NULL, 0, "Process of the session, with its parallel workers; 0: a prepared transaction (pg_locks.pid, pg_stat_activity.leader_pid)."}, \
	{"prepared", CELL_TEXT, NULL, 0, "Name of the prepared transaction that it is (pg_prepared_xacts.gid); null: a session."}, \
	{"parent", CELL_ID, NULL, 0, "The process under which it stands: who holds what it wants, else who is ahead of it in the queue; of several the deepest. 0: a prepared transaction."}, \
	{"wait_s", CELL_SECONDS, "waits", 0, "How long it has waited (pg_locks.waitstart; before 14: since its query began)."}, \
	{"mode", CELL_TEXT, "wants", 1, "Mode of the lock that it waits for (pg_locks.mode)."}, \
	{"lock_type", CELL_TEXT, NULL, 0, "What kind of thing that is: relation, transactionid, tuple, advisory, ... (pg_locks.locktype)."}, \
	{"relation", CELL_TEXT, "of", 1, "Table or index that it is about, with its schema where that is not public; null: none, or one of a database that pgtend does not tend (pg_locks.relation)."}, \
	{"object", CELL_TEXT, "what", 3, "The row, page, transaction or advisory lock that it is about (pg_locks)."}, \
	{"holds", CELL_TEXT, "holds", 2, "The modes by which it is in others' way (pg_locks.granted)."}, \
	{"releases", CELL_COUNT, "releases", 0, "How many others would go on if this one alone were ended."}, \
	{"set_place", CELL_COUNT, "set", 0, "Its place in the minimum set: the fewest to end so that everybody else goes on, the one that releases most first; null: not in it."}, \
	{"set_releases", CELL_COUNT, NULL, 0, "How many go on when the set is ended up to this one."}, \
	{"end_by", CELL_TEXT, NULL, 0, "What ends it: cancel (it runs a query), terminate (it is idle and keeps its locks), rollback prepared, or nothing."}, \
	{"is_circle", CELL_BOOL, NULL, 0, "Waits in a circle, or behind one: the server ends one of them after deadlock_timeout."}, \
	{"user", CELL_TEXT, "user", 3, "Role that is logged in, or that prepared the transaction (pg_stat_activity.usename)."}, \
	{"application", CELL_TEXT, "app", 4, "What the client calls itself (pg_stat_activity.application_name)."}, \
	{"state", CELL_TEXT, "state", 2, "active, idle in transaction, ..., or prepared (pg_stat_activity.state)."}, \
	{"state_s", CELL_SECONDS, NULL, 0, "Seconds in that state (pg_stat_activity.state_change)."}, \
	{"xact_s", CELL_SECONDS, "xact", 2, "Age of its transaction (pg_stat_activity.xact_start, pg_prepared_xacts.prepared)."}, \
	{"query", CELL_TEXT, "query", 0, "Text of the running or last query (pg_stat_activity.query)."}, \
	{"blocked_by", CELL_IDS, NULL, 0, "Every process that is in its way, each once (pg_blocking_pids())."}, \
	{"queued_behind", CELL_IDS, NULL, 0, "Those of them that do not hold what it wants, but are ahead of it in the queue."}, \
	{"blocked_by_prepared", CELL_WORDS, NULL, 0, "Prepared transactions in its way (pg_prepared_xacts.gid)."}, \
	{"prepared_xid", CELL_ID, NULL, 0, "Number of the prepared transaction that it is (pg_prepared_xacts.transaction)."}, \
	{"blocked_by_xids", CELL_IDS, NULL, 0, "Numbers of the prepared transactions in its way."}, \
	{"workers", CELL_IDS, NULL, 0, "Its parallel workers that wait (pg_stat_activity.leader_pid)."}, \
	{"backend_type", CELL_TEXT, NULL, 0, "client backend, autovacuum worker, ... (pg_stat_activity.backend_type)."}, \
	{"started", CELL_TIME, NULL, 0, "When the session began (pg_stat_activity.backend_start), or the transaction was prepared."}, \
	{"relation_oid", CELL_ID, NULL, 0, "Number of the relation (pg_locks.relation)."}, \
	{"relation_database", CELL_ID, NULL, 0, "Number of its database; 0: shared by all (pg_locks.database)."}, \
	{"waiting_in_all", CELL_COUNT, NULL, 0, "How many processes of the server wait for a lock; above 200 only those that wait longest are looked at (pg_locks.granted)."}

extern const struct table_shape locks_shape;
extern const struct table_shape horizon_shape;
extern const struct table_shape progress_shape;

#define HORIZON_COLUMNS \
	{"kind", CELL_TEXT, "held by", 0, "session, standby (hot_standby_feedback), slot or prepared (a prepared transaction)."}, \
	{"age", CELL_COUNT, "age", 0, "How many transactions back it holds the horizon: no row that died since is removed (age() of backend_xmin or backend_xid, xmin, catalog_xmin, transaction)."}, \
	{"name", CELL_TEXT, "name", 0, "Name of the slot, the prepared transaction or the standby; of a session its application."}, \
	{"pid", CELL_ID, "pid", 0, "Process of the session, the standby's sender or the slot's user; null: none."}, \
	{"user", CELL_TEXT, "user", 2, "Role of the session or of the prepared transaction."}, \
	{"state", CELL_TEXT, "state", 1, "State of the session, or whether the slot is in use (pg_stat_activity.state, pg_replication_slots.active)."}, \
	{"since_s", CELL_SECONDS, "since", 0, "Age of its transaction (pg_stat_activity.xact_start, pg_prepared_xacts.prepared); a slot does not tell (inactive ones since 17)."}, \
	{"is_of_catalog", CELL_BOOL, NULL, 0, "Only rows of system catalogs are kept for it (pg_replication_slots.catalog_xmin)."}, \
	{"is_culprit", CELL_BOOL, NULL, 0, "Nobody holds it further back for its database."}, \
	{"query", CELL_TEXT, "query", 1, "Text of the running or last query (pg_stat_activity.query)."}, \
	{"started", CELL_TIME, NULL, 0, "When the session began (pg_stat_activity.backend_start)."}

#define PROGRESS_COLUMNS \
	{"pid", CELL_ID, "pid", 0, "Process that does it (pg_stat_progress_*.pid)."}, \
	{"kind", CELL_TEXT, "what", 0, "vacuum, autovacuum, analyze, create index, reindex, cluster, vacuum full, repack, copy from, copy to, base backup."}, \
	{"relation", CELL_TEXT, "of", 0, "Table, with its schema where that is not public; null: none, or one of a database that pgtend does not tend (relid)."}, \
	{"index", CELL_TEXT, "index", 3, "Index that is made or used (index_relid, cluster_index_relid)."}, \
	{"phase", CELL_TEXT, "phase", 0, "What it does now, in the server's words (phase); copy: what it reads or writes (type)."}, \
	{"done", CELL_COUNT, "done", 2, "How much of this phase is done, in `unit`."}, \
	{"total", CELL_COUNT, "of all", 2, "How much there is in all, as the server tells it; null: it does not."}, \
	{"ratio", CELL_RATIO, "%", 0, "done of total."}, \
	{"unit", CELL_TEXT, "unit", 2, "pages, bytes, rows, indexes, child tables or lockers."}, \
	{"elapsed_s", CELL_SECONDS, "for", 0, "Since its statement began (pg_stat_activity.query_start)."}, \
	{"user", CELL_TEXT, "user", 3, "Role that does it (pg_stat_activity.usename)."}, \
	{"application", CELL_TEXT, "app", 4, "What the client calls itself (pg_stat_activity.application_name)."}, \
	{"query", CELL_TEXT, "query", 4, "Its statement (pg_stat_activity.query)."}, \
	{"relation_oid", CELL_ID, NULL, 0, "Number of the relation (relid)."}, \
	{"index_oid", CELL_ID, NULL, 0, "Number of the index."}, \
	{"relation_database", CELL_ID, NULL, 0, "Number of their database (datid)."}, \
	{"started", CELL_TIME, NULL, 0, "When the session began (pg_stat_activity.backend_start)."}

#endif
