/* FACT_INDEXES: one row an index, and what is wrong with it, asked without ever waiting for a lock. */
#include <string.h>

#include "index_bloat.h"
#include "index_twins.h"
#include "internal.h"
#include "pgtend/core/mem.h"
#include "pgtend/core/units.h"
#include "pgtend/fleet/indexes.h"
#include "pgtend/probes/shapes.h"
#include "pgtend/sql_embedded.h"

static const struct table_column columns[] = {INDEXES_COLUMNS};
const struct table_shape indexes_shape = {"indexes", columns, sizeof columns / sizeof *columns};

enum { DEADLINE_MS = 10000 };

static const char *text_of(const struct result *result, int row, const char *column)
{
	return result_text(result, row, result_column(result, column));
}

static void set_entry(struct index_entry *entry, const struct result *result, const struct table *table, int row)
{
	int key_count = (int)result_int(result, row, result_column(result, "key_count"), 0);

	*entry = (struct index_entry){
	    .oid = table_get_int(table, row, "oid", 0),
	    .table = table_get_int(table, row, "table_oid", 0),
	    .method = table_get_text(table, row, "method"),
	    .expressions = text_of(result, row, "expressions"),
	    .predicate = text_of(result, row, "predicate"),
	    .storage = text_of(result, row, "storage"),
	    .is_unique = table_get_int(table, row, "is_unique", 0) != 0,
	    .is_valid = table_get_int(table, row, "is_valid", 0) != 0,
	    .is_kept = table_get_int(table, row, "is_constraint", 0) != 0 || table_get_int(table, row, "is_replica_identity", 0) != 0,
	};
	if (!index_parse(entry, text_of(result, row, "keys"), key_count, text_of(result, row, "classes"), text_of(result, row, "collations"),
	                 text_of(result, row, "options")))
		entry->is_valid = false; /* nothing can be said of it */
}

static void set_twins(const struct result *result, struct table *table)
{
	static const char *const kinds[] = {[INDEX_TWIN_SAME] = "same", [INDEX_TWIN_PREFIX] = "prefix"};
	int count = result_rows(result);
	struct index_entry *entries = mem_new(sizeof *entries * ((size_t)count + 1));
	struct index_verdict *verdicts = mem_new(sizeof *verdicts * ((size_t)count + 1));

	for (int row = 0; row < count; row++)
		set_entry(&entries[row], result, table, row);
	index_twins(entries, count, verdicts);
	for (int row = 0; row < count; row++) {
		if (verdicts[row].twin == INDEX_TWIN_NONE)
			continue;
		table_set_text(table, row, "duplicate_of", table_get_text(table, verdicts[row].of, "name"));
		table_set_text(table, row, "duplicate_kind", kinds[verdicts[row].twin]);
	}
	mem_free(entries);
	mem_free(verdicts);
}

static void finish_row(const struct result *result, struct table *table, int row)
{
	if (!result_bool(result, row, result_column(result, "is_exact")))
		table_set_approximate(table, row, "size_bytes");
}

static bool ask_indexes(struct session *session, struct table *table, struct err *err)
{
	struct result *result = NULL;
	bool is_answered = probe_query_sizes(session, sql_probes_indexes, NULL, 0, &result, err);

	if (is_answered) {
		result_fill(result, table);
		set_twins(result, table);
		for (int row = 0; row < table_rows(table); row++)
			finish_row(result, table, row);
	}
	result_free(result);
	return is_answered;
}

/* --- hypertables ------------------------------------------------------------------------------- */

/* What the index of an empty root counts nothing of: its chunks have them. */
static void copy_folded(struct table *to, int to_row, const struct table *from, int from_row)
{
	static const char *const counts[] = {"parts", "size_bytes", "scans", "rows_read", "rows_fetched", "is_valid", NULL};

	for (const char *const *column = counts; *column; column++)
		if (table_get(from, from_row, *column)->has_value)
			table_set_int(to, to_row, *column, table_get_int(from, from_row, *column, 0));
}

static void fold_hypertables(const struct result *result, struct table *table, struct oid_map *leaves)
{
	struct table *folded = table_new(&indexes_shape);
	struct oid_map *roots = oid_map_new(table, "oid");

	result_fill(result, folded);
	for (int from = 0; from < table_rows(folded); from++) {
		int row = oid_map_row(roots, table_get_int(folded, from, "oid", 0));

		if (row >= 0) {
			copy_folded(table, row, folded, from);
		} else {
			row = table_add_row(table);
			table_copy_row(table, row, folded, from);
		}
		table_set_approximate(table, row, "size_bytes");
		oid_map_add(leaves, text_of(result, from, "leaves"), row);
	}
	oid_map_free(roots);
	table_free(folded);
}

static bool ask_hypertables(struct session *session, struct table *table, struct oid_map *leaves, struct err *err)
{
	struct result *result = NULL;
	bool is_answered = session_query_wait(session, sql_probes_indexes_hypertables, NULL, 0, DEADLINE_MS, &result, err);

	if (is_answered)
		fold_hypertables(result, table, leaves);
	result_free(result);
	return is_answered;
}

/* --- last scans -------------------------------------------------------------------------------- */

/* From 16 on. Asked apart, because a function that is not there would fail the whole question. */
static bool ask_last_scans(const struct probe_target *target, struct session *session, struct table *table, struct oid_map *rows, struct err *err)
{
	struct result *result = NULL;

	if (target->server->version_num < 160000) {
		for (int row = 0; row < table_rows(table); row++)
			table_set_missing(table, row, "last_scan", MISSING_VERSION);
		return true;
	}
	bool is_answered = session_query_wait(session, sql_probes_indexes_last_16, NULL, 0, DEADLINE_MS, &result, err);
	struct table *last = table_new(&indexes_shape);

	if (is_answered)
		result_fill(result, last);
	for (int from = 0; from < table_rows(last); from++) {
		int row = oid_map_row(rows, table_get_int(last, from, "oid", 0));
		int64_t at_us = table_get_int(last, from, "last_scan", 0);

		if (row >= 0 && at_us > table_get_int(table, row, "last_scan", 0))
			table_set_int(table, row, "last_scan", at_us);
	}
	table_free(last);
	result_free(result);
	return is_answered;
}

static bool ask(const struct probe_target *target, struct session *session, struct table *table, struct err *err)
{
	struct oid_map *rows = NULL;
	bool is_answered = ask_indexes(session, table, err);

	if (is_answered) {
		rows = oid_map_new(table, "oid");
		is_answered = (!target->database->has_timescaledb || ask_hypertables(session, table, rows, err)) &&
		              index_bloat_ask(session, table, rows, err) && ask_last_scans(target, session, table, rows, err);
	}
	oid_map_free(rows);
	if (!is_answered)
		return false;
	indexes_judge(target->fleet, table, 0, units_now_us());
	table_sort(table, table_column(&indexes_shape, "size_bytes"), true);
	return true;
}

const struct probe probe_indexes = {
	.fact = FACT_INDEXES,
	.name = "indexes",
	.scope = PROBE_DATABASE,
	.tier = TIER_HOUR,
	.deadline_ms = DEADLINE_MS,
	.shape = &indexes_shape,
	.ask = ask,
};
