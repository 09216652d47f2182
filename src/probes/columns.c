/* The columns of one table. */
#include "pgtend/probes/columns.h"

#include "internal.h"
#include "pgtend/core/mem.h"
#include "pgtend/sql_embedded.h"

static const struct table_column columns_of[] = {
	{"name", CELL_TEXT, "column", 0, "Name of the column (pg_attribute.attname)."},
	{"type", CELL_TEXT, "type", 0, "Its type (format_type())."},
	{"is_required", CELL_BOOL, "not null", 1, "Whether it must have a value (pg_attribute.attnotnull)."},
	{"made", CELL_TEXT, "made", 2, "identity, generated or default; null: by whoever inserts (pg_attribute)."},
	{"null_ratio", CELL_RATIO, "null %", 1, "Rows without a value (pg_stats.null_frac)."},
	{"width_bytes", CELL_BYTES, "width", 2, "Mean width (pg_stats.avg_width)."},
	{"distinct_values", CELL_REAL, "distinct", 2, "Different values; negative: of how many rows (pg_stats.n_distinct)."},
};
const struct table_shape table_columns_shape = {"table_columns", columns_of, sizeof columns_of / sizeof *columns_of};

enum { DEADLINE_MS = 5000 };

bool table_columns_wait(struct session *session, int64_t oid, struct table **columns, struct err *err)
{
	static const char *const statistics[] = {"null_ratio", "width_bytes", "distinct_values", NULL};
	char *number = mem_format("%lld", (long long)oid);
	const char *const params[] = {number};
	struct result *result = NULL;
	bool is_answered = session_ready_wait(session, DEADLINE_MS, err) &&
	                   session_query_wait(session, sql_probes_table_columns, params, 1, DEADLINE_MS, &result, err);

	*columns = NULL;
	if (is_answered) {
		*columns = table_new(&table_columns_shape);
		result_fill(result, *columns);
		for (int row = 0; row < table_rows(*columns); row++)
			if (!result_bool(result, row, result_column(result, "may_read")))
				probe_mark_missing(*columns, row, statistics, MISSING_PRIVILEGE);
	}
	result_free(result);
	mem_free(number);
	return is_answered;
}
