/* FACT_CHUNK_LIST: one row a chunk, or for several where a hypertable has very many. */
#include <stdio.h>
#include <string.h>

#include "hypertables.h"
#include "pgtend/core/mem.h"
#include "pgtend/core/units.h"
#include "pgtend/sql_embedded.h"
#include "pgtend/timescale/timescale.h"

static const struct table_column columns[] = {CHUNK_LIST_COLUMNS};
const struct table_shape chunk_list_shape = {"chunk_list", columns, sizeof columns / sizeof *columns};

static const char *const size_columns[] = {"rows", "bytes", NULL};
static const char *const packed_columns[] = {"bytes_before", "bytes_after", NULL};

enum { DEADLINE_MS = 10000, KEPT_MS = 10000 };

/* One question under way. */
struct look {
	struct hypertables *all;
	struct result *list;       /* of sql/chunk_list.sql */
	struct table *hypertables; /* chunks_shape, a row for each of `all`: whose retention and compression are late */
	int *row_of;               /* by row of the list: the hypertable's; -1: made since */
};

static const char *text_of(const struct look *look, int from, const char *column)
{
	return result_text(look->list, from, result_column(look->list, column));
}

static void add_due(const struct look *look, int from, const char *count, const char *since, struct chunks_due *due)
{
	const char *text = text_of(look, from, since);
	double since_s;

	due->chunks += result_int(look->list, from, result_column(look->list, count), 0);
	if (text && units_parse_duration_s(text, &since_s) && since_s > due->since_s)
		due->since_s = since_s;
}

/* Past a limit is not late: the verdict on the hypertable tells, from the same ranges as that of FACT_CHUNKS. */
static void judge(struct look *look)
{
	int count = result_rows(look->all->rows);
	struct chunks_due *retention = mem_new(sizeof *retention * ((size_t)count + 1));
	struct chunks_due *compression = mem_new(sizeof *compression * ((size_t)count + 1));

	for (int i = 0; i < count; i++)
		retention[i].since_s = compression[i].since_s = -1;
	for (int from = 0; from < result_rows(look->list); from++) {
		if (look->row_of[from] < 0)
			continue;
		add_due(look, from, "due", "due_s", &retention[look->row_of[from]]);
		add_due(look, from, "pack_due", "pack_due_s", &compression[look->row_of[from]]);
	}
	result_fill(look->all->rows, look->hypertables);
	for (int i = 0; i < count; i++)
		chunks_judge(look->all->target, look->all->policies, look->hypertables, i, &retention[i], &compression[i]);
	mem_free(retention);
	mem_free(compression);
}

static bool is_late(const struct look *look, int from, const char *due, const char *late_chunks)
{
	return result_int(look->list, from, result_column(look->list, due), 0) > 0 &&
	       table_get_int(look->hypertables, look->row_of[from], late_chunks, 0) > 0;
}

static void set_range(const struct look *look, int from, struct table *table, int row)
{
	static const char *const times[] = {"range_start", "range_end", NULL};

	if (hypertables_is_integer(look->all, look->row_of[from])) {
		table_set_parsed(table, row, "range_start_integer", text_of(look, from, "starts"));
		table_set_parsed(table, row, "range_end_integer", text_of(look, from, "ends"));
		probe_mark_missing(table, row, times, MISSING_UNSUPPORTED);
	} else {
		hypertables_set_time(table, row, "range_start", text_of(look, from, "starts"));
		hypertables_set_time(table, row, "range_end", text_of(look, from, "ends"));
	}
}

/* The public views do not tell where the compressed half is. */
static void lose_sizes(struct table *table, int row)
{
	static const char *const lost[] = {"rows", "bytes", "bytes_before", "bytes_after", NULL};

	for (const char *const *column = lost; *column; column++)
		table_set_missing(table, row, *column, MISSING_VERSION);
}

static void set_row(const struct look *look, int from, struct table *table, int row)
{
	const char *state = text_of(look, from, "state");
	int hypertable = look->row_of[from];

	table_set_text(table, row, "schema", hypertables_text(look->all, hypertable, "schema"));
	table_set_text(table, row, "name", hypertables_text(look->all, hypertable, "name"));
	set_range(look, from, table, row);
	if (strcmp(state, "locked") != 0 && is_late(look, from, "due", "late_chunks"))
		table_set_text(table, row, "state", "late");
	table_set_int(table, row, "is_compress_late", is_late(look, from, "pack_due", "compress_late_chunks"));
	if (!look->all->has_packed && table_get_int(table, row, "is_compressed", 0))
		probe_mark_missing(table, row, packed_columns, MISSING_VERSION);
	if (look->all->unsized)
		probe_mark_missing(table, row, size_columns, look->all->unsized);
	else if (look->all->is_public && table_get_int(table, row, "is_compressed", 0))
		lose_sizes(table, row);
	else if (!result_bool(look->list, from, result_column(look->list, "is_exact")))
		table_set_approximate(table, row, "bytes");
}

/* Rows of one hypertable stand together. */
static void find_rows(struct look *look)
{
	int count = result_rows(look->list);
	const char *before = NULL;

	look->row_of = mem_new(sizeof *look->row_of * ((size_t)count + 1));
	for (int from = 0; from < count; from++) {
		const char *key = text_of(look, from, "key");

		if (result_bool(look->list, from, result_column(look->list, "is_whole"))) {
			look->row_of[from] = -1;
			continue;
		}

		look->row_of[from] = before && strcmp(before, key) == 0 ? look->row_of[from - 1] : hypertables_row(look->all, key);
		before = key;
	}
}

static void fill(struct look *look, struct table *table)
{
	int first = table_rows(table);

	find_rows(look);
	judge(look);
	result_fill(look->list, table);
	for (int from = 0; from < result_rows(look->list); from++)
		if (look->row_of[from] >= 0)
			set_row(look, from, table, first + from);
	for (int row = table_rows(table) - 1; row >= first; row--)
		if (!table_get_text(table, row, "name"))
			table_remove_row(table, row);
}

/* Chunks that come meanwhile do no harm: they are some rows more. */
static bool is_folding(const struct hypertables *hypertables, int64_t most)
{
	for (int row = 0; most > 0 && row < result_rows(hypertables->rows); row++)
		if (hypertables_int(hypertables, row, "parts", 0) > most)
			return true;
	return false;
}

bool chunk_list_ask(struct hypertables *hypertables, bool has_ranges, int64_t most, struct result **result, struct table *table, struct err *err)
{
	char number[24];
	const char *params[] = {most > 0 ? number : NULL};
	const char *list = is_folding(hypertables, most) ? sql_timescale_chunk_list : sql_timescale_chunk_list_plain;
	char *sql = has_ranges ? mem_format("%s%s%s", sql_timescale_chunks_ranges, list, sql_timescale_chunks_both)
	                       : mem_format("%s%s", list, sql_timescale_chunk_listed);

	snprintf(number, sizeof number, "%lld", (long long)most);
	bool is_answered = hypertables_ask(hypertables, sql, params, 1, result, err);

	if (is_answered) {
		struct look look = {.all = hypertables, .list = *result, .hypertables = table_new(&chunks_shape)};

		fill(&look, table);
		table_free(look.hypertables);
		mem_free(look.row_of);
	}
	mem_free(sql);
	return is_answered;
}

bool chunk_list_read(const struct probe_target *target, struct session *session, const char *only, int64_t most, struct table *table,
                     struct err *err)
{
	struct hypertables all;
	struct result *result = NULL;
	bool is_answered = hypertables_read(&all, target, session, only, err) && chunk_list_ask(&all, false, most, &result, table, err);

	result_free(result);
	hypertables_done(&all);
	return is_answered;
}

/* --- made together with the hypertables ------------------------------------------------------ */

struct kept {
	const struct database *database;
	struct table *list;
	int64_t until_us;
	struct kept *next;
};
static struct kept *all_kept;

static struct table *take_kept(const struct database *database)
{
	for (struct kept **at = &all_kept; *at; at = &(*at)->next) {
		struct kept *kept = *at;

		if (kept->database != database)
			continue;
		struct table *list = kept->list;

		if (units_now_us() > kept->until_us) {
			table_free(list);
			list = NULL;
		}
		*at = kept->next;
		mem_free(kept);
		return list;
	}
	return NULL;
}

void chunk_list_keep(const struct database *database, struct table *list)
{
	struct kept *kept = MEM_NEW(struct kept);

	table_free(take_kept(database));
	*kept = (struct kept){database, list, units_now_us() + KEPT_MS * INT64_C(1000), all_kept};
	all_kept = kept;
}

static bool ask(const struct probe_target *target, struct session *session, struct table *table, struct err *err)
{
	struct table *kept = target->database->has_timescaledb ? take_kept(target->database) : NULL;

	for (int row = 0; kept && row < table_rows(kept); row++)
		table_copy_row(table, table_add_row(table), kept, row);
	table_free(kept);
	return kept || !target->database->has_timescaledb || chunk_list_read(target, session, NULL, CHUNK_LIST_MOST, table, err);
}

const struct probe probe_chunk_list = {
	.fact = FACT_CHUNK_LIST,
	.name = "chunk_list",
	.scope = PROBE_DATABASE,
	.tier = TIER_MINUTE,
	.deadline_ms = DEADLINE_MS,
	.shape = &chunk_list_shape,
	.ask = ask,
};
