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
	{"idx_scans", CELL_COUNT, "idx", 6, "Scans of its indexes (pg_stat_get_numscans())."}, \
	{"seq_rows", CELL_COUNT, "seq read", 8, "Rows that sequential scans read (pg_stat_get_tuples_returned())."}, \
	{"idx_rows", CELL_COUNT, "idx read", 8, "Rows that scans of indexes fetched (pg_stat_get_tuples_fetched())."}, \
	{"inserted", CELL_COUNT, "ins", 7, "Rows inserted (pg_stat_get_tuples_inserted())."}, \
	{"updated", CELL_COUNT, "upd", 7, "Rows updated, those in place of the page included (pg_stat_get_tuples_updated())."}, \
	{"hot_updated", CELL_COUNT, "hot", 8, "Of those, the ones that no index had to follow (pg_stat_get_tuples_hot_updated())."}, \
	{"deleted", CELL_COUNT, "del", 7, "Rows deleted (pg_stat_get_tuples_deleted())."}, \
	{"is_autovacuum", CELL_BOOL, "autovac", 6, "Whether autovacuum looks after it: the setting, and the table's own autovacuum_enabled; of parts, whether after all of them."}, \
	{"vacuum_threshold", CELL_COUNT, "vacuum at", 5, "Dead rows beyond which autovacuum vacuums it: autovacuum_vacuum_threshold + _scale_factor * rows, by its own storage parameters, else the settings, never beyond autovacuum_vacuum_max_threshold (18); of parts, that of the one nearest to its own."}, \
	{"vacuum_in", CELL_COUNT, "due in", 4, "Dead rows until then; negative: it is due."}, \
	{"vacuum_share", CELL_RATIO, NULL, 0, "How much of that threshold is reached."}, \
	{"inserted_since_vacuum", CELL_COUNT, NULL, 0, "Rows inserted since its last vacuum (pg_stat_get_ins_since_vacuum())."}, \
	{"insert_threshold", CELL_COUNT, NULL, 0, "Of those, how many bring autovacuum: autovacuum_vacuum_insert_threshold + _scale_factor * rows; null: switched off."}, \
	{"insert_in", CELL_COUNT, NULL, 0, "Rows to insert until then; negative: it is due."}, \
	{"changed_since_analyze", CELL_COUNT, NULL, 0, "Rows changed since its last analyze (pg_stat_get_mod_since_analyze())."}, \
	{"analyze_threshold", CELL_COUNT, NULL, 0, "Of those, how many bring an analyze: autovacuum_analyze_threshold + _scale_factor * rows."}, \
	{"analyze_in", CELL_COUNT, NULL, 0, "Rows to change until then; negative: it is due."}, \
	{"asked_at", CELL_TIME, NULL, 0, "When these numbers were asked: the console asks the smaller ones of more than 1,000 tables every ten minutes only."}

#define DEAD_ROWS_COLUMNS \
	{"schema", CELL_TEXT, "schema", 1, "Schema of the table (pg_class.relnamespace)."}, \
	{"name", CELL_TEXT, "table", 0, "Name of the table (pg_class.relname)."}, \
	{"rows", CELL_COUNT, "rows", 0, "Live rows by the server's estimate (pg_stat_get_live_tuples())."}, \
	{"dead", CELL_COUNT, "dead", 0, "Dead rows by the server's estimate (pg_stat_get_dead_tuples())."}

extern const struct table_shape tables_shape;
extern const struct table_shape dead_rows_shape;

#endif
