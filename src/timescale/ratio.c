/* Does compression reach what was counted on, and if not, the likely reason. */
#include <stdlib.h>
#include <string.h>

#include "forecast.h"
#include "hypertables.h"
#include "pgtend/core/mem.h"
#include "pgtend/sql_embedded.h"

enum { DEADLINE_MS = 3000, BATCH_ROWS = 1000, FEW_ROWS = 100 };
static const double large_share = 0.3;

double ratio_expected(const char *text)
{
	double ratio = text ? strtod(text, NULL) : 0;

	return ratio > 0 && ratio < 1e6 ? ratio : 0;
}

char *ratio_reason(const struct ratio_look *look)
{
	double each = look->batches > 0 ? look->rows / look->batches : 0;

	if (each > 0 && each < FEW_ROWS && look->segments)
		return mem_format("%.0f rows a segment, %d fill one: segment by less than %s, or make chunks wider", each, BATCH_ROWS, look->segments);
	if (each > 0 && each < FEW_ROWS)
		return mem_format("%.0f rows a segment, %d fill one: chunks hold too few rows, make them wider", each, BATCH_ROWS);
	if (look->unlike_column && look->unlike_share >= large_share)
		return mem_format("column %s differs in nearly each row and is %.0f%% of it", look->unlike_column, look->unlike_share * 100);
	if (look->first_order && strcmp(look->first_order, look->time_column) != 0)
		return mem_format("rows are ordered by %s in a segment, not by %s: neighbours are not alike", look->first_order, look->time_column);
	if (each > 0)
		return mem_format("%.0f rows a segment, which is enough: the columns themselves differ from row to row", each);
	return mem_copy("no likely reason is known");
}

static const char *text_of(const struct result *result, const char *column)
{
	return result_text(result, 0, result_column(result, column));
}

static double real_of(const struct result *result, const char *column)
{
	const char *value = text_of(result, column);

	return value ? strtod(value, NULL) : 0;
}

static void set_reason(const struct hypertables *hypertables, struct table *chunks, int row)
{
	const char *time_column = hypertables_text(hypertables, row, "time_column");
	const char *params[] = {hypertables_text(hypertables, row, "hypertable_id"), hypertables_text(hypertables, row, "root"), time_column ? time_column : ""};
	struct result *result = NULL;
	struct ratio_look look = {.time_column = params[2]};
	struct err ignored;

	/* a version whose catalogs do not tell leaves the verdict without its reason */
	if (params[0] && session_query_wait(hypertables->session, sql_timescale_ratio, params, 3, DEADLINE_MS, &result, &ignored) &&
	    result_rows(result) == 1) {
		look.rows = real_of(result, "rows");
		look.batches = real_of(result, "batches");
		look.segments = text_of(result, "segments");
		look.first_order = text_of(result, "first_order");
		look.unlike_column = text_of(result, "unlike_column");
		look.unlike_share = real_of(result, "unlike_share");
		if (look.batches > 0)
			table_set_real(chunks, row, "rows_per_segment", look.rows / look.batches);
	}
	char *reason = ratio_reason(&look);

	table_set_text(chunks, row, "ratio_reason", reason);
	mem_free(reason);
	result_free(result);
}

void ratio_judge(const struct hypertables *hypertables, struct table *chunks, int row)
{
	double expected = ratio_expected(section_text(hypertables->target->database->section, "expected_ratio"));
	const struct cell *ratio = table_get(chunks, row, "ratio");
	const char *kind = table_get_text(chunks, row, "kind");

	/* what is counted on are raw rows; an aggregate's are few and unlike each other */
	if (expected <= 0 || !kind || strcmp(kind, "hypertable") != 0)
		return;
	table_set_real(chunks, row, "expected_ratio", expected);
	if (!ratio->has_value)
		return;
	bool is_low = ratio->u.real < expected;

	table_set_text(chunks, row, "ratio_verdict", is_low ? "low" : "ok");
	if (is_low)
		set_reason(hypertables, chunks, row);
}
