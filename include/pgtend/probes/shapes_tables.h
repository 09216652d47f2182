/* probes/shapes_tables.h - columns of facts: tables and what belongs to them. Read through probes/shapes.h, which says how. */
#ifndef PGTEND_PROBES_SHAPES_TABLES_H
#define PGTEND_PROBES_SHAPES_TABLES_H

#include "pgtend/core/table.h"

#define TABLES_COLUMNS \
	{"schema", CELL_TEXT, "schema", 2, "Schema of the table (pg_namespace.nspname)."}, \
	{"name", CELL_TEXT, "table", 0, "Name of the table, or the view of a continuous aggregate (pg_class.relname)."}, \
	{"oid", CELL_ID, NULL, 0, "Its number (pg_class.oid)."}, \
	{"kind", CELL_TEXT, "kind", 4, "table, partitioned, hypertable, aggregate (continuous) or matview."}, \
	{"parts", CELL_COUNT, "parts", 5, "Partitions or chunks folded into it (pg_inherits)."}, \
	{"rows", CELL_COUNT, "rows", 0, "Live rows by the server's estimate (pg_stat_get_live_tuples(), else pg_class.reltuples; compressed chunks: rows when they were compressed)."}, \
	{"dead", CELL_COUNT, "dead", 1, "Dead rows by the server's estimate (pg_stat_get_dead_tuples())."}, \
	{"dead_ratio", CELL_RATIO, "dead %", 2, "Dead rows of all rows."}, \
	{"total_bytes", CELL_BYTES, "total", 0, "Everything: heap, indexes, toast (pg_total_relation_size(); approximate: pg_class.relpages)."}, \
	{"heap_bytes", CELL_BYTES, "heap", 3, "The rows themselves (total without indexes and toast)."}, \
	{"index_bytes", CELL_BYTES, "index", 2, "All indexes (pg_indexes_size())."}, \
	{"toast_bytes", CELL_BYTES, "toast", 4, "Long values, with their index (pg_class.reltoastrelid)."}, \
	{"is_exact", CELL_BOOL, NULL, 0, "Whether the sizes were measured; false: computed from pg_class.relpages. Missing \"locked\": somebody holds or wants the table for itself (pg_locks), so it was not touched."}, \
	{"growth_bytes_per_day", CELL_BYTES, "growth/d", 1, "Growth by the samples of the last 7 days; null until two lie an hour apart."}, \
	{"last_vacuum", CELL_TIME, "vacuumed", 1, "The newest of pg_stat_get_last_vacuum_time() and pg_stat_get_last_autovacuum_time()."}, \
	{"last_analyze", CELL_TIME, "analyzed", 2, "The newest of pg_stat_get_last_analyze_time() and pg_stat_get_last_autoanalyze_time()."}, \
	{"seq_scans", CELL_COUNT, "seq", 6, "Sequential scans (pg_stat_get_numscans())."}, \
	{"idx_scans", CELL_COUNT, "idx", 6, "Scans of its indexes (pg_stat_get_numscans())."}

#define DEAD_ROWS_COLUMNS \
	{"schema", CELL_TEXT, "schema", 1, "Schema of the table (pg_class.relnamespace)."}, \
	{"name", CELL_TEXT, "table", 0, "Name of the table (pg_class.relname)."}, \
	{"rows", CELL_COUNT, "rows", 0, "Live rows by the server's estimate (pg_stat_get_live_tuples())."}, \
	{"dead", CELL_COUNT, "dead", 0, "Dead rows by the server's estimate (pg_stat_get_dead_tuples())."}

extern const struct table_shape tables_shape;
extern const struct table_shape dead_rows_shape;

#endif
