/* probes/shapes_activity.h - columns of facts: who is logged in and what they do. Read through probes/shapes.h, which says how. */
#ifndef PGTEND_PROBES_SHAPES_ACTIVITY_H
#define PGTEND_PROBES_SHAPES_ACTIVITY_H

#include "pgtend/core/table.h"

#define ACTIVITY_COLUMNS \
	{"pid", CELL_ID, "pid", 0, "Process of the session (pg_stat_activity.pid)."}, \
	{"user", CELL_TEXT, "user", 1, "Role that is logged in (pg_stat_activity.usename)."}, \
	{"application", CELL_TEXT, "app", 2, "What the client calls itself (pg_stat_activity.application_name)."}, \
	{"client", CELL_TEXT, "client", 4, "Address of the client; \"local\" for a Unix socket (pg_stat_activity.client_addr)."}, \
	{"state", CELL_TEXT, "state", 0, "active, idle, idle in transaction, ... (pg_stat_activity.state)."}, \
	{"state_s", CELL_SECONDS, "for", 0, "Seconds in that state (pg_stat_activity.state_change)."}, \
	{"xact_s", CELL_SECONDS, "xact", 2, "Age of its transaction (pg_stat_activity.xact_start)."}, \
	{"query_s", CELL_SECONDS, NULL, 0, "Seconds since its query began (pg_stat_activity.query_start)."}, \
	{"wait_event_type", CELL_TEXT, "wait", 1, "Kind of thing it waits for (pg_stat_activity.wait_event_type)."}, \
	{"wait_event", CELL_TEXT, "on", 2, "What it waits for (pg_stat_activity.wait_event)."}, \
	{"blocked_by", CELL_IDS, "blocked by", 1, "Processes that hold or wait before it for the lock it wants; asked only for those that wait for a lock; 0: a prepared transaction, which `pgtend locks` names (pg_blocking_pids())."}, \
	{"query", CELL_TEXT, "query", 0, "Text of the running or last query, as far as the server keeps it (pg_stat_activity.query)."}, \
	{"backend_type", CELL_TEXT, NULL, 0, "client backend, autovacuum worker, ... (pg_stat_activity.backend_type)."}, \
	{"leader_pid", CELL_ID, NULL, 0, "The session that a parallel worker works for (pg_stat_activity.leader_pid)."}, \
	{"started", CELL_TIME, NULL, 0, "When the session began (pg_stat_activity.backend_start)."}, \
	{"is_tls", CELL_BOOL, "tls", 4, "Whether its connection is encrypted; false for a Unix socket, too (pg_stat_ssl.ssl)."}, \
	{"xmin_age", CELL_COUNT, "xmin age", 5, "How many transactions back its snapshot or its own transaction holds the xmin horizon (age() of pg_stat_activity.backend_xmin, backend_xid); null: not at all, as a vacuum."}, \
	{"holds_horizon", CELL_BOOL, NULL, 0, "Whether no session of its database holds the xmin horizon further back; pgtend horizon tells of slots, standbys and prepared transactions, too."}, \
	{"xid", CELL_ID, NULL, 0, "Number of its transaction, once it has written (pg_stat_activity.backend_xid)."}, \
	{"query_id", CELL_ID, NULL, 0, "Number of its query, as in pg_stat_statements, where compute_query_id is on (pg_stat_activity.query_id, 14 and later)."}

extern const struct table_shape activity_shape;

#endif
