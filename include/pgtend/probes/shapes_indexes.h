/* probes/shapes_indexes.h - the columns of FACT_INDEXES, FACT_BLOAT and FACT_VECTORS: see shapes.h. */
#ifndef PGTEND_PROBES_SHAPES_INDEXES_H
#define PGTEND_PROBES_SHAPES_INDEXES_H

#include "pgtend/core/table.h"

#define INDEXES_COLUMNS \
	{"schema", CELL_TEXT, "schema", 4, "Schema of the table (pg_namespace.nspname)."}, \
	{"table", CELL_TEXT, "table", 1, "Table of the index, or the view of a continuous aggregate (pg_class.relname)."}, \
	{"name", CELL_TEXT, "index", 0, "Name of the index; the indexes of partitions and chunks are counted into that of their table (pg_class.relname)."}, \
	{"oid", CELL_ID, NULL, 0, "Its number (pg_class.oid)."}, \
	{"table_oid", CELL_ID, NULL, 0, "The number of its table (pg_index.indrelid)."}, \
	{"method", CELL_TEXT, "kind", 3, "btree, hash, gin, hnsw, ... (pg_am.amname)."}, \
	{"columns", CELL_WORDS, "columns", 3, "Its key columns in their order; an expression reads as \"(expression)\" (pg_index.indkey)."}, \
	{"parts", CELL_COUNT, "parts", 6, "Indexes of partitions or chunks counted into it (pg_inherits)."}, \
	{"size_bytes", CELL_BYTES, "size", 0, "Size on disk (pg_relation_size(); approximate: pg_class.relpages)."}, \
	{"scans", CELL_COUNT, "scans", 0, "Scans on this server since stats_since (pg_stat_get_numscans())."}, \
	{"rows_read", CELL_COUNT, "read", 5, "Entries that those scans returned (pg_stat_get_tuples_returned())."}, \
	{"rows_fetched", CELL_COUNT, "fetched", 6, "Live rows that they fetched from the table (pg_stat_get_tuples_fetched())."}, \
	{"last_scan", CELL_TIME, "last scan", 5, "When it was last scanned here (pg_stat_user_indexes.last_idx_scan). Missing \"version\" before PostgreSQL 16."}, \
	{"stats_since", CELL_TIME, NULL, 0, "Since when scans are counted at least (pg_stat_database.stats_reset, else when the server was started)."}, \
	{"standby_scans", CELL_COUNT, "standby", 5, "Scans on its other servers that pgtend.ini knows, standbys or the primary; null: it knows none."}, \
	{"unseen_standbys", CELL_COUNT, NULL, 0, "Standbys that stream from this server and that pgtend.ini does not know: what they scan nobody here knows (pg_stat_replication)."}, \
	{"is_unused", CELL_BOOL, "unused", 2, "Whether nobody has scanned it, here or on another of its servers that is known, and it keeps no rule: neither unique nor a constraint's."}, \
	{"is_unique", CELL_BOOL, NULL, 0, "Whether it keeps values unique (pg_index.indisunique)."}, \
	{"is_primary", CELL_BOOL, NULL, 0, "Whether it is the primary key's (pg_index.indisprimary)."}, \
	{"is_constraint", CELL_BOOL, NULL, 0, "Whether a constraint stands on it: a key, an exclusion, a foreign key that refers to it (pg_constraint.conindid)."}, \
	{"is_replica_identity", CELL_BOOL, NULL, 0, "Whether logical replication finds rows by it (pg_index.indisreplident)."}, \
	{"is_partial", CELL_BOOL, NULL, 0, "Whether it holds only rows of a condition (pg_index.indpred)."}, \
	{"is_valid", CELL_BOOL, "valid", 2, "Whether queries may use it; false: its concurrent build failed, or is at work (pg_index.indisvalid)."}, \
	{"is_building", CELL_BOOL, NULL, 0, "Whether somebody builds an index of that table now (pg_stat_progress_create_index)."}, \
	{"duplicate_of", CELL_TEXT, "same as", 2, "Another index of the table that does all that this one does."}, \
	{"duplicate_kind", CELL_TEXT, NULL, 0, "same: the other has the same columns; prefix: it begins with them."}, \
	{"bloat_bytes", CELL_BYTES, "bloat", 1, "What a new build would give back, by an estimate from pg_stats; null where it was not estimated: no btree, under 1 MB, never analyzed. Missing \"privilege\" where its columns may not be read."}, \
	{"bloat_ratio", CELL_RATIO, "bloat %", 2, "The same, of its size."}, \
	{"advice", CELL_TEXT, "finding", 0, "What is wrong with it and what helps, in one line; null: nothing."}

#define BLOAT_COLUMNS \
	{"schema", CELL_TEXT, "schema", 3, "Schema of the table (pg_namespace.nspname)."}, \
	{"name", CELL_TEXT, "table", 0, "Name of the table, partition or chunk (pg_class.relname)."}, \
	{"oid", CELL_ID, NULL, 0, "Its number (pg_class.oid)."}, \
	{"kind", CELL_TEXT, "kind", 4, "table or matview."}, \
	{"size_bytes", CELL_BYTES, "size", 0, "Its rows on disk when it was last vacuumed or analyzed, without indexes and toast (pg_class.relpages)."}, \
	{"bloat_bytes", CELL_BYTES, "bloat", 0, "What writing it anew would give back, by an estimate from pg_stats; null until it is analyzed. Missing \"privilege\" where its columns may not be read."}, \
	{"bloat_ratio", CELL_RATIO, "bloat %", 0, "The same, of its size."}, \
	{"counted_at", CELL_TIME, "counted", 2, "When it was last vacuumed or analyzed (pg_stat_get_last_vacuum_time() and the like)."}

#define VECTORS_COLUMNS \
	{"schema", CELL_TEXT, "schema", 4, "Schema of the table (pg_namespace.nspname)."}, \
	{"table", CELL_TEXT, "table", 0, "Table, partition or chunk (pg_class.relname)."}, \
	{"column", CELL_TEXT, "column", 0, "Column of one of pgvector's types (pg_attribute.attname)."}, \
	{"type", CELL_TEXT, "type", 2, "vector, halfvec or sparsevec (pg_type.typname)."}, \
	{"dimensions", CELL_COUNT, "dim", 1, "Dimensions that its type fixes; null: any, and no index can be made (pg_attribute.atttypmod)."}, \
	{"rows", CELL_COUNT, "rows", 0, "Rows of the table by the server's estimate (pg_stat_get_live_tuples(), else pg_class.reltuples); with --exact counted."}, \
	{"without", CELL_COUNT, "without", 0, "Rows that have no vector, by what ANALYZE saw (pg_stats.null_frac); with --exact counted. Missing \"privilege\": the role may not read the column."}, \
	{"without_ratio", CELL_RATIO, "without %", 3, "The same, of all rows."}, \
	{"index", CELL_TEXT, "index", 1, "An index for nearest neighbours over it; null: none (pg_index)."}, \
	{"method", CELL_TEXT, "kind", 1, "ivfflat or hnsw (pg_am.amname)."}, \
	{"operators", CELL_TEXT, "operators", 4, "Which distance it is made for (pg_opclass.opcname)."}, \
	{"lists", CELL_COUNT, "lists", 2, "Lists of an ivfflat index; pgvector's default is 100 (pg_class.reloptions)."}, \
	{"advised_lists", CELL_COUNT, "advised", 3, "What pgvector advises for so many rows: rows / 1000, beyond a million their square root."}, \
	{"m", CELL_COUNT, "m", 5, "Connections a layer of an hnsw index; pgvector's default is 16 (pg_class.reloptions)."}, \
	{"ef_construction", CELL_COUNT, "ef", 5, "Candidates while an hnsw index is built; pgvector's default is 64 (pg_class.reloptions)."}, \
	{"index_bytes", CELL_BYTES, "size", 1, "Size of the index (pg_class.relpages)."}, \
	{"maintenance_work_mem_bytes", CELL_BYTES, NULL, 0, "Memory that a build may take (maintenance_work_mem)."}, \
	{"is_in_memory", CELL_BOOL, "fits", 4, "Whether the index is no larger than that."}, \
	{"is_valid", CELL_BOOL, "valid", 5, "Whether queries may use the index (pg_index.indisvalid)."}, \
	{"scans", CELL_COUNT, "scans", 3, "Scans of the index (pg_stat_get_numscans())."}, \
	{"is_exact", CELL_BOOL, NULL, 0, "Whether rows were counted. Missing \"locked\": somebody holds the table for itself, so it was not touched."}, \
	{"advice", CELL_TEXT, "finding", 0, "What is wrong with it and what helps, in one line; null: nothing."}

extern const struct table_shape indexes_shape;
extern const struct table_shape vectors_shape;
extern const struct table_shape bloat_shape;

#endif
