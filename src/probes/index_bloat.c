/* How much of the biggest indexes is air, by an estimate from statistics. */
#include "index_bloat.h"

#include <stdlib.h>
#include <string.h>

#include "bloat_ask.h"
#include "index_twins.h"
#include "internal.h"
#include "pgtend/core/mem.h"
#include "pgtend/probes/air.h"
#include "pgtend/sql_embedded.h"

enum { DEADLINE_MS = 10000 };

static const char *text_of(const struct result *result, int row, const char *column)
{
	return result_text(result, row, result_column(result, column));
}

/* What is known of its columns, in its order; those of an expression have statistics of their own, under the index. */
static enum bloat_known columns_of(const struct bloat_statistics *statistics, const struct result *result, int row, struct bloat_column *keys, int *count)
{
	const char *text = text_of(result, row, "keys");
	int64_t index = result_int(result, row, result_column(result, "oid"), 0), table = result_int(result, row, result_column(result, "table_oid"), 0);
	enum bloat_known worst = BLOAT_KNOWN;

	for (*count = 0; text && *text && *count < INDEX_COLUMNS_MAX; (*count)++) {
		char *end = NULL;
		long attribute = strtol(text, &end, 10);
		enum bloat_known known = attribute != 0 ? bloat_column(statistics, table, attribute, &keys[*count])
		                                        : bloat_column(statistics, index, *count + 1, &keys[*count]);

		if (known > worst)
			worst = known;
		/* what holds for all rows of the table need not hold for those that it has: none of them is taken to be null, none equal */
		if (result_bool(result, row, result_column(result, "is_partial")))
			keys[*count].null_share = keys[*count].distinct = 0;
		text = end + strspn(end, " ");
	}
	return worst;
}

/* The pages of one on disk, and how many it would take anew. */
static enum bloat_known pages_of(const struct bloat_statistics *statistics, const struct result *result, int from, int block, double *has, double *wants)
{
	struct bloat_column keys[INDEX_COLUMNS_MAX];
	int count;
	const char *rows = text_of(result, from, "rows");
	enum bloat_known known = columns_of(statistics, result, from, keys, &count);

	if (known != BLOAT_KNOWN)
		return known;
	*has = (double)result_int(result, from, result_column(result, "pages"), 0);
	*wants = bloat_btree_pages(rows ? strtod(rows, NULL) : 0, keys, count, (int)result_int(result, from, result_column(result, "fill"), 90),
	                           result_bool(result, from, result_column(result, "is_shared")), block);
	return BLOAT_KNOWN;
}

/* Of one on disk, added to the row that it is counted into. */
static void add_bloat(const struct bloat_statistics *statistics, const struct result *result, int from, struct table *table, int row, double *pages,
                      double *wanted)
{
	static const char *const estimates[] = {"bloat_bytes", "bloat_ratio", NULL};
	double has, wants;
	int block = (int)result_int(result, from, result_column(result, "block"), 0);
	enum bloat_known known = pages_of(statistics, result, from, block, &has, &wants);

	if (known == BLOAT_HIDDEN)
		probe_mark_missing(table, row, estimates, MISSING_PRIVILEGE);
	if (known != BLOAT_KNOWN)
		return;
	pages[row] += has;
	wanted[row] += wants;
	probe_set_bloat(table, row, pages[row], wanted[row], block);
}

bool index_bloat_ask(struct session *session, struct table *table, struct oid_map *rows, struct err *err)
{
	static const char *const names[] = {"table_oid", "oid", NULL};
	struct result *result = NULL;
	struct bloat_statistics *statistics = NULL;
	bool is_answered = session_query_wait(session, sql_probes_bloat_indexes, NULL, 0, DEADLINE_MS, &result, err);
	char *oids = is_answered ? probe_oids(result, names) : NULL;

	is_answered = is_answered && bloat_ask(session, oids, &statistics, err);
	if (is_answered) {
		double *pages = mem_new(sizeof *pages * ((size_t)table_rows(table) + 1)), *wanted = mem_new(sizeof *wanted * ((size_t)table_rows(table) + 1));

		for (int from = 0; from < result_rows(result); from++) {
			int row = oid_map_row(rows, result_int(result, from, result_column(result, "root"), 0));

			if (row >= 0)
				add_bloat(statistics, result, from, table, row, pages, wanted);
		}
		mem_free(pages);
		mem_free(wanted);
	}
	bloat_free(statistics);
	mem_free(oids);
	result_free(result);
	return is_answered;
}

bool probe_index_air_wait(struct session *session, void (*fn)(int64_t index, double ratio, void *arg), void *arg, struct err *err)
{
	static const char *const names[] = {"table_oid", "oid", NULL};
	struct result *result = NULL;
	struct bloat_statistics *statistics = NULL;
	bool is_answered = session_query_wait(session, sql_probes_bloat_indexes, NULL, 0, DEADLINE_MS, &result, err);
	char *oids = is_answered ? probe_oids(result, names) : NULL;

	is_answered = is_answered && bloat_ask(session, oids, &statistics, err);
	for (int from = 0; is_answered && from < result_rows(result); from++) {
		double has = 0, wants = 0;
		int block = (int)result_int(result, from, result_column(result, "block"), 0);

		if (pages_of(statistics, result, from, block, &has, &wants) == BLOAT_KNOWN && has > 0)
			fn(result_int(result, from, result_column(result, "oid"), 0), has > wants ? (has - wants) / has : 0, arg);
	}
	bloat_free(statistics);
	mem_free(oids);
	result_free(result);
	return is_answered;
}
