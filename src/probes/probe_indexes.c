/* FACT_INDEXES: one row an index, and what is wrong with it, asked without ever waiting for a lock. */
#include <string.h>

#include "index_twins.h"
#include "internal.h"
#include "pgtend/core/mem.h"
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

static bool is_set(const struct table *table, int row, const char *column)
{
	return table_get_int(table, row, column, 0) != 0;
}

static void finish_row(const struct result *result, struct table *table, int row)
{
	bool has_rule = is_set(table, row, "is_unique") || is_set(table, row, "is_constraint") || is_set(table, row, "is_replica_identity");

	table_set_int(table, row, "is_unused", table_get_int(table, row, "scans", 0) == 0 && !has_rule);
	if (!result_bool(result, row, result_column(result, "is_exact")))
		table_set_approximate(table, row, "size_bytes");
	table_set_missing(table, row, "last_scan", MISSING_VERSION);
}

static bool ask(const struct probe_target *target, struct session *session, struct table *table, struct err *err)
{
	struct result *result = NULL;

	(void)target;
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

const struct probe probe_indexes = {
	.fact = FACT_INDEXES,
	.name = "indexes",
	.scope = PROBE_DATABASE,
	.tier = TIER_HOUR,
	.deadline_ms = DEADLINE_MS,
	.shape = &indexes_shape,
	.ask = ask,
};
