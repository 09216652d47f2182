/* FACT_BLOAT: how much of the biggest tables is air, by an estimate from statistics. */
#include <stdlib.h>

#include "bloat_ask.h"
#include "internal.h"
#include "pgtend/core/mem.h"
#include "pgtend/core/text.h"
#include "pgtend/probes/shapes.h"
#include "pgtend/sql_embedded.h"

static const struct table_column columns[] = {BLOAT_COLUMNS};
const struct table_shape bloat_shape = {"bloat", columns, sizeof columns / sizeof *columns};

enum { DEADLINE_MS = 10000, MOST_COLUMNS = 1600 };

char *probe_oids(const struct result *result, const char *const *names)
{
	struct text list = {0};

	for (int row = 0; row < result_rows(result); row++)
		for (const char *const *name = names; *name; name++)
			text_addf(&list, "%s%s", list.length > 0 ? "," : "{", result_text(result, row, result_column(result, *name)));
	text_add(&list, list.length > 0 ? "}" : "{}");
	return text_take(&list);
}

static int64_t int_of(const struct result *result, int row, const char *column)
{
	return result_int(result, row, result_column(result, column), 0);
}

void probe_set_bloat(struct table *table, int row, double pages, double wanted, int64_t block)
{
	double waste = pages > wanted ? pages - wanted : 0;

	table_set_int(table, row, "bloat_bytes", (int64_t)waste * block);
	table_set_real(table, row, "bloat_ratio", pages > 0 ? waste / pages : 0);
	table_set_approximate(table, row, "bloat_bytes");
	table_set_approximate(table, row, "bloat_ratio");
}

static void estimate(const struct result *result, const struct bloat_statistics *statistics, struct table *table, int row)
{
	static const char *const estimates[] = {"bloat_bytes", "bloat_ratio", NULL};
	struct bloat_column *all = mem_new(sizeof *all * MOST_COLUMNS);
	int count = 0, block = (int)int_of(result, row, "block");
	int64_t pages = int_of(result, row, "pages");
	const char *rows = result_text(result, row, result_column(result, "rows"));
	enum bloat_known known = bloat_columns(statistics, table_get_int(table, row, "oid", 0), all, MOST_COLUMNS, &count);

	table_set_int(table, row, "size_bytes", pages * block);
	if (known == BLOAT_KNOWN)
		probe_set_bloat(table, row, (double)pages,
		                bloat_heap_pages(rows ? strtod(rows, NULL) : 0, all, count, (int)int_of(result, row, "fill"), block), block);
	else if (known == BLOAT_HIDDEN)
		probe_mark_missing(table, row, estimates, MISSING_PRIVILEGE);
	mem_free(all);
}

static bool ask(const struct probe_target *target, struct session *session, struct table *table, struct err *err)
{
	static const char *const names[] = {"oid", NULL};
	struct result *result = NULL;
	struct bloat_statistics *statistics = NULL;

	(void)target;
	bool is_answered = session_query_wait(session, sql_probes_bloat_tables, NULL, 0, DEADLINE_MS, &result, err);
	char *oids = is_answered ? probe_oids(result, names) : NULL;

	is_answered = is_answered && bloat_ask(session, oids, &statistics, err);
	if (is_answered) {
		result_fill(result, table);
		for (int row = 0; row < table_rows(table); row++)
			estimate(result, statistics, table, row);
	}
	bloat_free(statistics);
	mem_free(oids);
	result_free(result);
	return is_answered;
}

const struct probe probe_bloat = {
	.fact = FACT_BLOAT,
	.name = "bloat",
	.scope = PROBE_DATABASE,
	.tier = TIER_HOUR,
	.deadline_ms = DEADLINE_MS,
	.shape = &bloat_shape,
	.ask = ask,
};
