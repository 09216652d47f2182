/* probes/shapes_statements.h - columns of facts: which statements cost the server most. Read through probes/shapes.h, which says how. */
#ifndef PGTEND_PROBES_SHAPES_STATEMENTS_H
#define PGTEND_PROBES_SHAPES_STATEMENTS_H

#include "pgtend/core/table.h"

#define STATEMENTS_COLUMNS \
	{"query_id", CELL_TEXT, "query id", 0, "Number of the statement, for `explain`; as text, because many readers of JSON round numbers as large as this (pg_stat_statements.queryid)."}, \
	{"user", CELL_TEXT, "user", 3, "Role that ran it (pg_stat_statements.userid)."}, \
	{"calls", CELL_COUNT, "calls", 0, "How often it ran (pg_stat_statements.calls)."}, \
	{"total_ms", CELL_MS, "total", 0, "Time of all its runs (pg_stat_statements.total_exec_time, total_time before 1.8)."}, \
	{"share_ratio", CELL_RATIO, "share", 1, "The same as a share of all statements of this database."}, \
	{"mean_ms", CELL_MS, "mean", 0, "Time of one run on average (pg_stat_statements.mean_exec_time)."}, \
	{"max_ms", CELL_MS, "max", 2, "Time of its longest run (pg_stat_statements.max_exec_time)."}, \
	{"stddev_ms", CELL_MS, NULL, 0, "How far its runs are apart (pg_stat_statements.stddev_exec_time)."}, \
	{"rows", CELL_COUNT, "rows", 1, "Rows that it gave or changed in all (pg_stat_statements.rows)."}, \
	{"hit_ratio", CELL_RATIO, "hit", 1, "Share of its pages that were in shared buffers."}, \
	{"blks_hit", CELL_COUNT, NULL, 0, "Pages found in shared buffers (pg_stat_statements.shared_blks_hit)."}, \
	{"blks_read", CELL_COUNT, NULL, 0, "Pages read from outside of them (pg_stat_statements.shared_blks_read)."}, \
	{"temp_bytes", CELL_BYTES, "temp", 4, "Temporary files, written and read (pg_stat_statements.temp_blks_read, temp_blks_written)."}, \
	{"io_ms", CELL_MS, NULL, 0, "Time spent reading and writing pages; 0 without track_io_timing (pg_stat_statements.shared_blk_read_time, blk_read_time before 1.11, ...)."}, \
	{"wal_bytes", CELL_BYTES, NULL, 0, "Write-ahead log that it made (pg_stat_statements.wal_bytes, from 1.8 on)."}, \
	{"plans", CELL_COUNT, NULL, 0, "How often it was planned; 0 without pg_stat_statements.track_planning (from 1.8 on)."}, \
	{"plan_ms", CELL_MS, NULL, 0, "Time of that (pg_stat_statements.total_plan_time, from 1.8 on)."}, \
	{"since", CELL_TIME, NULL, 0, "Since when it is counted (pg_stat_statements.stats_since, from 1.11 on)."}, \
	{"query", CELL_TEXT, "query", 0, "Its text with $1, $2 for constants, at most 10,000 characters (pg_stat_statements.query)."}

extern const struct table_shape statements_shape;

#endif
