/* The statistics of columns, found again by relation and number. */
#include "bloat_ask.h"

#include <stdlib.h>
#include <string.h>

#include "pgtend/core/mem.h"
#include "pgtend/pg/result.h"
#include "pgtend/sql_embedded.h"

enum { DEADLINE_MS = 10000 };

struct known_column {
	struct bloat_column column;
	enum bloat_known known;
};

struct bloat_statistics {
	struct known_column *columns; /* by relation, then attribute, as the question orders them */
	int count;
};

static double real_of(const struct result *result, int row, const char *column)
{
	const char *text = result_text(result, row, result_column(result, column));

	return text ? strtod(text, NULL) : 0;
}

static int64_t int_of(const struct result *result, int row, const char *column)
{
	return result_int(result, row, result_column(result, column), 0);
}

static void set_column(struct known_column *known, const struct result *result, int row)
{
	known->column = (struct bloat_column){
	    .relation = int_of(result, row, "relation"),
	    .attribute = int_of(result, row, "attribute"),
	    .length = (int)int_of(result, row, "length"),
	    .align = (int)int_of(result, row, "align"),
	    .null_share = real_of(result, row, "null_frac"),
	    .width = real_of(result, row, "avg_width"),
	    .distinct = real_of(result, row, "n_distinct"),
	};
	known->known = BLOAT_KNOWN;
	if (!result_bool(result, row, result_column(result, "is_known")))
		known->known = result_bool(result, row, result_column(result, "may_read")) ? BLOAT_UNKNOWN : BLOAT_HIDDEN;
}

bool bloat_ask(struct session *session, const char *relations, struct bloat_statistics **statistics, struct err *err)
{
	const char *const params[] = {relations};
	struct result *result = NULL;
	bool is_answered = session_query_wait(session, sql_probes_bloat_columns, params, 1, DEADLINE_MS, &result, err);

	*statistics = NULL;
	if (is_answered) {
		struct bloat_statistics *all = MEM_NEW(struct bloat_statistics);

		all->count = result_rows(result);
		all->columns = mem_new(sizeof *all->columns * ((size_t)all->count + 1));
		for (int row = 0; row < all->count; row++)
			set_column(&all->columns[row], result, row);
		*statistics = all;
	}
	result_free(result);
	return is_answered;
}

void bloat_free(struct bloat_statistics *statistics)
{
	if (!statistics)
		return;
	mem_free(statistics->columns);
	mem_free(statistics);
}

static bool is_before(const struct bloat_column *column, int64_t relation, int64_t attribute)
{
	return column->relation != relation ? column->relation < relation : column->attribute < attribute;
}

/* The first column that does not stand before it. */
static int place_of(const struct bloat_statistics *statistics, int64_t relation, int64_t attribute)
{
	int low = 0, high = statistics->count;

	while (low < high) {
		int middle = low + (high - low) / 2;

		if (is_before(&statistics->columns[middle].column, relation, attribute))
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

enum bloat_known bloat_columns(const struct bloat_statistics *statistics, int64_t relation, struct bloat_column *columns, int most, int *count)
{
	enum bloat_known worst = BLOAT_KNOWN;

	*count = 0;
	for (int i = place_of(statistics, relation, 0); i < statistics->count && statistics->columns[i].column.relation == relation; i++) {
		if (*count == most)
			return BLOAT_UNKNOWN;
		columns[(*count)++] = statistics->columns[i].column;
		if (statistics->columns[i].known > worst)
			worst = statistics->columns[i].known;
	}
	return *count > 0 ? worst : BLOAT_UNKNOWN;
}

enum bloat_known bloat_column(const struct bloat_statistics *statistics, int64_t relation, int64_t attribute, struct bloat_column *column)
{
	int i = place_of(statistics, relation, attribute);

	if (i == statistics->count || statistics->columns[i].column.relation != relation || statistics->columns[i].column.attribute != attribute)
		return BLOAT_UNKNOWN;
	*column = statistics->columns[i].column;
	return statistics->columns[i].known;
}
