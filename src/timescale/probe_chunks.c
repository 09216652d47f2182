/* FACT_CHUNKS: one row a hypertable and continuous aggregate: its chunks, their sizes, what is late, and the verdict on its policies. */
#include <string.h>

#include "hypertables.h"
#include "pgtend/core/mem.h"
#include "pgtend/core/units.h"
#include "pgtend/sql_embedded.h"

static const struct table_column columns[] = {CHUNKS_COLUMNS};
const struct table_shape chunks_shape = {"chunks", columns, sizeof columns / sizeof *columns};

enum { DEADLINE_MS = 10000 };

/* One question under way. The rows of the table are those of `all`, in the same order. */
struct look {
	struct hypertables all;
	struct result *ranges; /* of sql/chunks_ranges.sql */
	struct table *table;
};

/* What retention and compression should have taken: where it is read in the ranges, where it is written. */
struct work {
	const char *due, *due_s, *frozen, *bytes, *is_exact;
	const char *late_chunks, *late_bytes;
};
enum { RETENTION, COMPRESSION, WORKS };
static const struct work works[WORKS] = {
	[RETENTION] = {"due", "due_s", "due_frozen", "due_bytes", "is_due_exact", "late_chunks", "late_bytes"},
	[COMPRESSION] = {"pack_due", "pack_due_s", "pack_due_frozen", "pack_due_bytes", "is_pack_due_exact", "compress_late_chunks",
	                 "compress_late_bytes"},
};

static const char *const time_columns[] = {"oldest", "newest", "chunk_interval_s", "drop_after_s", "compress_after_s", NULL};
static const char *const status_columns[] = {"partial", "frozen", NULL};
static const char *const size_columns[] = {"rows", "bytes", NULL};
static const char *const packed_columns[] = {"bytes_before", "bytes_after", "ratio", "bytes_per_row_before", "bytes_per_row_after", NULL};

/* The row of the ranges that speaks of a hypertable; -1: it was made since. */
static int range_of(const struct look *look, int row)
{
	const char *key = hypertables_text(&look->all, row, "key");
	int column = result_column(look->ranges, "key");
	int whole = result_column(look->ranges, "is_whole");

	/* they stand before the chunks */
	for (int from = 0; from < result_rows(look->ranges) && result_bool(look->ranges, from, whole); from++)
		if (strcmp(result_text(look->ranges, from, column), key) == 0)
			return from;
	return -1;
}

static const char *range_text(const struct look *look, int range, const char *column)
{
	return range < 0 ? NULL : result_text(look->ranges, range, result_column(look->ranges, column));
}

static int64_t range_int(const struct look *look, int range, const char *column)
{
	return range < 0 ? 0 : result_int(look->ranges, range, result_column(look->ranges, column), 0);
}

static void set_ranges(const struct look *look, int row)
{
	static const char *const counts[] = {"chunks", "compressed", "partial", "frozen", "future", "locked", NULL};
	int range = range_of(look, row);

	for (const char *const *count = counts; *count; count++)
		table_set_int(look->table, row, *count, range_int(look, range, *count));
	for (const char *const *column = status_columns; look->all.is_public && *column; column++)
		table_set_missing(look->table, row, *column, MISSING_VERSION);
	if (look->all.now[row] != INT64_MIN)
		table_set_int(look->table, row, "integer_now", look->all.now[row]);
	if (hypertables_is_integer(&look->all, row)) {
		probe_mark_missing(look->table, row, time_columns, MISSING_UNSUPPORTED);
		return;
	}
	hypertables_set_time(look->table, row, "oldest", range_text(look, range, "starts"));
	hypertables_set_time(look->table, row, "newest", range_text(look, range, "ends"));
}

/* --- sizes ------------------------------------------------------------------------------- */

static void set_bytes(const struct look *look, int row, const char *column, int range, const char *from, const char *is_exact)
{
	const char *bytes = range_text(look, range, from);

	if (!bytes)
		return;
	table_set_parsed(look->table, row, column, bytes);
	if (!result_bool(look->ranges, range, result_column(look->ranges, is_exact)))
		table_set_approximate(look->table, row, column);
}

static void set_packed(const struct look *look, int row, int range)
{
	double before = (double)range_int(look, range, "bytes_before");
	double after = (double)range_int(look, range, "bytes_after");
	double rows = (double)range_int(look, range, "packed_rows");

	table_set_parsed(look->table, row, "bytes_before", range_text(look, range, "bytes_before"));
	table_set_parsed(look->table, row, "bytes_after", range_text(look, range, "bytes_after"));
	if (before > 0 && after > 0)
		table_set_real(look->table, row, "ratio", before / after);
	if (before > 0 && rows > 0) {
		table_set_real(look->table, row, "bytes_per_row_before", before / rows);
		table_set_real(look->table, row, "bytes_per_row_after", after / rows);
	}
}

/* Why a hypertable has no sizes: the public views do not tell where the compressed halves are. */
static enum missing why_unsized(const struct look *look, int row)
{
	if (look->all.is_public && table_get_int(look->table, row, "compressed", 0) > 0)
		return MISSING_VERSION;
	return look->all.unsized;
}

static void set_sizes(const struct look *look, int row)
{
	int range = range_of(look, row);
	enum missing unsized = why_unsized(look, row);

	set_packed(look, row, range);
	if (!look->all.has_packed && table_get_int(look->table, row, "compressed", 0) > 0)
		probe_mark_missing(look->table, row, packed_columns, MISSING_VERSION);
	if (unsized) {
		probe_mark_missing(look->table, row, size_columns, unsized);
	} else {
		table_set_parsed(look->table, row, "rows", range_text(look, range, "rows"));
		set_bytes(look, row, "bytes", range, "bytes", "is_exact");
	}
	for (int i = 0; i < WORKS; i++) {
		const struct work *work = &works[i];

		if (!table_get(look->table, row, work->late_chunks)->has_value)
			continue;
		table_set_int(look->table, row, work->late_bytes, 0);
		if (table_get_int(look->table, row, work->late_chunks, 0) == 0)
			continue;
		/* a verdict without its bytes is still a verdict */
		if (unsized)
			table_set_missing(look->table, row, work->late_bytes, unsized);
		else
			set_bytes(look, row, work->late_bytes, range, work->bytes, work->is_exact);
	}
}

/* --- verdicts ---------------------------------------------------------------------------- */

static struct chunks_due due_of(const struct look *look, int row, const struct work *work)
{
	int range = range_of(look, row);
	const char *since = range_text(look, range, work->due_s);
	struct chunks_due due = {range_int(look, range, work->due), -1, range_int(look, range, work->frozen)};

	if (!since || !units_parse_duration_s(since, &due.since_s))
		due.since_s = -1;
	return due;
}

static void judge(const struct look *look, int row)
{
	struct chunks_due retention = due_of(look, row, &works[RETENTION]);
	struct chunks_due compression = due_of(look, row, &works[COMPRESSION]);

	chunks_judge(look->all.target, look->all.policies, look->table, row, &retention, &compression);
}

/* Where the list of chunks is due in the same round, one look at them makes both. */
static bool ask_ranges(struct look *look, struct err *err)
{
	const struct database *database = look->all.target->database;

	if (database->facts[FACT_CHUNK_LIST].is_asked) {
		struct table *list = table_new(&chunk_list_shape);

		if (chunk_list_ask(&look->all, true, CHUNK_LIST_MOST, &look->ranges, list, err)) {
			chunk_list_keep(database, list);
			return true;
		}
		table_free(list);
		return false;
	}
	char *sql = mem_format("%s%s", sql_timescale_chunks_ranges, sql_timescale_chunks_folded);
	bool is_answered = hypertables_ask(&look->all, sql, NULL, 0, &look->ranges, err);

	mem_free(sql);
	return is_answered;
}

static bool fill(struct look *look, struct err *err)
{
	if (!ask_ranges(look, err))
		return false;
	result_fill(look->all.rows, look->table);
	for (int row = 0; row < table_rows(look->table); row++) {
		judge(look, row);
		set_ranges(look, row);
		set_sizes(look, row);
		forecast_set(&look->all, look->ranges, range_of(look, row), look->table, row);
	}
	for (int row = 0; row < table_rows(look->table); row++)
		ratio_judge(&look->all, look->table, row);
	forecast_ask_disk(&look->all, look->table);
	return true;
}

static bool ask(const struct probe_target *target, struct session *session, struct table *table, struct err *err)
{
	struct look look = {.table = table};

	if (!target->database->has_timescaledb)
		return true;
	bool is_answered = hypertables_read(&look.all, target, session, NULL, err) && fill(&look, err);

	result_free(look.ranges);
	hypertables_done(&look.all);
	return is_answered;
}

const struct probe probe_chunks = {
	.fact = FACT_CHUNKS,
	.name = "chunks",
	.scope = PROBE_DATABASE,
	.tier = TIER_MINUTE,
	.deadline_ms = DEADLINE_MS,
	.shape = &chunks_shape,
	.ask = ask,
};
