/* What is wrong with a column of vectors or its index, in words. */
#include <math.h>
#include <stdarg.h>
#include <string.h>

#include "pgtend/core/text.h"
#include "pgtend/core/units.h"
#include "pgtend/probes/vectors.h"

enum {
	SEARCHED_WHOLE = 10000,     /* fewer rows are read quickly enough without an index */
	LISTS_LEAST = 10,           /* fewer than these are nothing to differ about */
	DEFAULT_LISTS = 100,
	VECTOR_INDEXED_MOST = 2000, /* dimensions that an index on the type takes */
	HALFVEC_INDEXED_MOST = 4000,
};

int64_t vectors_advised_lists(int64_t rows)
{
	int64_t lists = rows <= 1000000 ? rows / 1000 : (int64_t)sqrt((double)rows);

	return lists > 1 ? lists : 1;
}

static void say(struct text *advice, const char *format, ...) PGTEND_PRINTF(2, 3);
static void say(struct text *advice, const char *format, ...)
{
	va_list args;

	if (advice->length > 0)
		text_add(advice, "; ");
	va_start(args, format);
	text_vaddf(advice, format, args);
	va_end(args);
}

static bool is_text(const struct table *table, int row, const char *column, const char *wanted)
{
	const char *text = table_get_text(table, row, column);

	return text && strcmp(text, wanted) == 0;
}

/* A search reads all of them: whether that hurts, and whether an index could be made at all. */
static void say_unindexed(const struct table *table, int row, int64_t rows, struct text *advice)
{
	int64_t dimensions = table_get_int(table, row, "dimensions", 0);
	char count[UNITS_SIZE];

	if (rows < SEARCHED_WHOLE)
		return;
	say(advice, "no index: a search reads all %s vectors", units_count(count, rows));
	if (dimensions == 0)
		text_add(advice, "; its type must name the dimensions first");
	else if (is_text(table, row, "type", "vector") && dimensions > VECTOR_INDEXED_MOST)
		text_addf(advice, "; an index takes %d dimensions of vector, %d of halfvec", VECTOR_INDEXED_MOST, HALFVEC_INDEXED_MOST);
}

static void say_lists(const struct table *table, int row, int64_t rows, struct text *advice)
{
	int64_t lists = table_get_int(table, row, "lists", DEFAULT_LISTS), advised = vectors_advised_lists(rows);
	int64_t more = lists > advised ? lists : advised, less = lists > advised ? advised : lists;
	char count[UNITS_SIZE];

	if (more < LISTS_LEAST || more <= 2 * less)
		return;
	say(advice, "%lld lists for %s vectors, pgvector advises %lld: %s", (long long)lists, units_count(count, rows), (long long)advised,
	    lists > advised ? "searches miss neighbours" : "searches read too much");
}

static void say_memory(const struct table *table, int row, struct text *advice)
{
	char size[UNITS_SIZE], memory[UNITS_SIZE];

	if (is_text(table, row, "method", "hnsw") && table_get_int(table, row, "is_in_memory", 1) == 0)
		say(advice, "%s do not fit in maintenance_work_mem (%s): a new build is many times slower then",
		    units_bytes(size, table_get_int(table, row, "index_bytes", 0)), units_bytes(memory, table_get_int(table, row, "maintenance_work_mem_bytes", 0)));
}

static void say_without(const struct table *table, int row, struct text *advice)
{
	int64_t without = table_get_int(table, row, "without", 0);
	char count[UNITS_SIZE], percent[UNITS_SIZE];

	if (without > 0)
		say(advice, "%s%s rows (%s) have no vector", table_get(table, row, "without")->is_approximate ? "about " : "", units_count(count, without),
		    units_percent(percent, table_get_real(table, row, "without_ratio", 0)));
}

static void advise_row(struct table *table, int row)
{
	int64_t rows = table_get_int(table, row, "rows", 0) - table_get_int(table, row, "without", 0);
	struct text advice = {0};

	if (is_text(table, row, "method", "ivfflat"))
		table_set_int(table, row, "advised_lists", vectors_advised_lists(rows));
	if (table_get(table, row, "index_bytes")->has_value)
		table_set_int(table, row, "is_in_memory",
		              table_get_int(table, row, "index_bytes", 0) <= table_get_int(table, row, "maintenance_work_mem_bytes", INT64_MAX));
	if (!table_get(table, row, "index")->has_value)
		say_unindexed(table, row, rows, &advice);
	else if (table_get_int(table, row, "is_valid", 1) == 0)
		say(&advice, "the index is invalid: no search uses it");
	if (is_text(table, row, "method", "ivfflat"))
		say_lists(table, row, rows, &advice);
	say_memory(table, row, &advice);
	say_without(table, row, &advice);
	table_set_text(table, row, "advice", advice.length > 0 ? text_str(&advice) : NULL);
	text_done(&advice);
}

void vectors_advise(struct table *table)
{
	for (int row = 0; row < table_rows(table); row++)
		advise_row(table, row);
}
