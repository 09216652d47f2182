/* Sets of chunks: what an action is about, what it takes, who stands in its way. */
#include <string.h>

#include "internal.h"
#include "pgtend/core/mem.h"
#include "pgtend/core/units.h"
#include "pgtend/probes/sizes.h"
#include "pgtend/sql_embedded.h"

static const struct table_column columns[] = {
    {"database", CELL_TEXT, "database", 0, "Name of the database in pgtend.ini."},
    {"schema", CELL_TEXT, "schema", 3, "Schema of the hypertable or of the aggregate's view."},
    {"name", CELL_TEXT, "name", 0, "Name of the hypertable or of the aggregate's view."},
    {"chunk", CELL_TEXT, "chunk", 1, "The chunk's table, with its schema."},
    {"range_start", CELL_TIME, "from", 0, "Where it begins; null for integer time."},
    {"range_end", CELL_TIME, "to", 0, "Where it ends (exclusive)."},
    {"range_start_integer", CELL_ID, NULL, 0, "The same for integer time."},
    {"range_end_integer", CELL_ID, NULL, 0, "The same for integer time."},
    {"is_compressed", CELL_BOOL, NULL, 0, "Whether it was compressed before (timescaledb_information.chunks.is_compressed)."},
    {"bytes", CELL_BYTES, "size", 0, "What it took before, compressed half included; of one that is locked by pg_class.relpages."},
    {"bytes_now", CELL_BYTES, "now", 0, "What it takes now; null where nothing was done or nothing is left."},
    {"state", CELL_TEXT, "state", 0,
        "due (it would be done), dropped, compressed, decompressed, locked, failed, unknown (the connection was lost meanwhile), gone (somebody dropped it meanwhile), or not begun."},
    {"reason", CELL_TEXT, "reason", 1, "Why it was not done."},
};
const struct table_shape tracking_chunks_shape = {"tracking_chunks", columns, (int)(sizeof columns / sizeof columns[0])};

/* --- loading ---------------------------------------------------------------------------------- */

static const char *text_of(const struct result *r, int row, const char *column)
{
	return result_text(r, row, result_column(r, column));
}

/* "{1,2}" without its braces, behind what is there. */
static void join_oids(struct text *list, const char *array)
{
	size_t length = array != NULL ? strlen(array) : 0;
	if (length > 2) {
		text_add(list, list->length > 0 ? "," : "");
		text_add_n(list, array + 1, length - 2);
	}
}

static void number_chunks(struct chunk_set *set)
{
	struct text numbers = {0}, oids = {0};
	for (int i = 0; i < set->count; i++) {
		text_addf(&numbers, "%s%lld", i > 0 ? "," : "", (long long)set->chunks[i].oid);
		join_oids(&oids, set->chunks[i].oids);
	}
	mem_free(set->oids);
	mem_free(set->numbers);
	set->oids = mem_format("{%s}", text_str(&oids));
	set->numbers = mem_format("{%s}", text_str(&numbers));
	text_done(&numbers);
	text_done(&oids);
}

static void fill(struct chunk_set *set, const struct result *r)
{
	set->count = result_rows(r);
	set->chunks = mem_new((size_t)(set->count > 0 ? set->count : 1) * sizeof set->chunks[0]);
	for (int row = 0; row < set->count; row++)
		set->chunks[row] = (struct chunk){
		    .oid = result_int(r, row, result_column(r, "oid"), 0),
		    .oids = mem_copy(text_of(r, row, "oids")),
		    .schema = mem_copy(text_of(r, row, "schema")),
		    .name = mem_copy(text_of(r, row, "name")),
		    .start = mem_copy(text_of(r, row, "start")),
		    .end = mem_copy(text_of(r, row, "end")),
		    .is_compressed = result_bool(r, row, result_column(r, "is_compressed")),
		    .is_locked = result_bool(r, row, result_column(r, "is_locked")),
		    .is_frozen = result_bool(r, row, result_column(r, "is_frozen")),
		    .is_partial = result_bool(r, row, result_column(r, "is_partial")),
		    .bytes = result_int(r, row, result_column(r, "bytes"), 0),
		    .bytes_before = result_int(r, row, result_column(r, "bytes_before"), -1),
		    .bytes_now = -1,
		    .state = "due",
		};
	number_chunks(set);
}

static bool load_numbers(struct acts *acts, const char *numbers, struct chunk_set *set, struct err *err)
{
	const char *params[] = {numbers != NULL ? numbers : "{}"};
	struct result *r = NULL;
	bool is_good = probe_query_sizes(acts->session, acts->chunks_sql, params, 1, &r, err);
	if (is_good)
		fill(set, r);
	result_free(r);
	return is_good;
}

bool chunk_set_load(struct acts *acts, const char *select, struct chunk_set *set, struct err *err)
{
	char *sql = mem_format("select array_agg(c.chunk::oid) from (%s) as c(chunk)", select);
	struct result *r = NULL;
	bool is_good = session_query_wait(acts->session, sql, NULL, 0, ACTS_DEADLINE_MS, &r, err) &&
	               load_numbers(acts, result_text(r, 0, 0), set, err);
	result_free(r);
	mem_free(sql);
	return is_good;
}

bool chunk_set_again(struct acts *acts, const struct chunk_set *set, struct chunk_set *now, struct err *err)
{
	return load_numbers(acts, set->numbers, now, err);
}

static void chunk_done(struct chunk *chunk)
{
	mem_free(chunk->oids);
	mem_free(chunk->schema);
	mem_free(chunk->name);
	mem_free(chunk->start);
	mem_free(chunk->end);
	mem_free(chunk->reason);
}

void chunk_set_keep(struct chunk_set *set, bool (*keep)(const struct chunk *chunk))
{
	int kept = 0;
	for (int i = 0; i < set->count; i++)
		if (keep(&set->chunks[i]))
			set->chunks[kept++] = set->chunks[i];
		else
			chunk_done(&set->chunks[i]);
	set->count = kept;
	number_chunks(set);
}

void chunk_set_done(struct chunk_set *set)
{
	for (int i = 0; i < set->count; i++)
		chunk_done(&set->chunks[i]);
	mem_free(set->chunks);
	mem_free(set->schema);
	mem_free(set->name);
	mem_free(set->oids);
	mem_free(set->numbers);
	memset(set, 0, sizeof *set);
}

int64_t chunk_set_bytes(const struct chunk_set *set)
{
	int64_t bytes = 0;
	for (int i = 0; i < set->count; i++)
		bytes += set->chunks[i].bytes;
	return bytes;
}

const struct chunk *chunk_set_find(const struct chunk_set *set, int64_t oid)
{
	for (int i = 0; i < set->count; i++)
		if (set->chunks[i].oid == oid)
			return &set->chunks[i];
	return NULL;
}

/* --- telling ---------------------------------------------------------------------------------- */

static void add_bound(struct text *text, const char *bound)
{
	char time[UNITS_SIZE];
	int64_t time_us, number;
	if (bound == NULL)
		text_add(text, "?");
	else if (!units_parse_int(bound, &number) && units_parse_time_us(bound, &time_us))
		text_add(text, time_us % (86400 * INT64_C(1000000)) == 0 ? units_day(time, time_us) : units_rfc3339(time, time_us));
	else
		text_add(text, bound);
}

char *chunk_set_words(const struct chunk_set *set)
{
	struct text text = {0};
	char size[UNITS_SIZE];
	text_addf(&text, "%d chunk%s", set->count, set->count == 1 ? "" : "s");
	if (set->count > 0) {
		text_addf(&text, ", %s, ", units_bytes(size, chunk_set_bytes(set)));
		add_bound(&text, set->chunks[0].start);
		text_add(&text, " to ");
		add_bound(&text, set->chunks[set->count - 1].end);
	}
	return text_take(&text);
}

void chunk_set_blockers(struct acts *acts, const struct chunk_set *set, struct words *lines, struct words *pids)
{
	const char *params[] = {set->oids};
	struct result *r = NULL;
	struct err why = {0};
	char since[UNITS_SIZE];
	if (set->count == 0)
		return;
	if (!session_query_wait(acts->session, sql_tracking_blockers, params, 1, ACTS_DEADLINE_MS, &r, &why)) {
		words_take(lines, mem_format("cannot be seen (%s)", why.text));
		result_free(r);
		return;
	}
	for (int row = 0; row < result_rows(r); row++) {
		int64_t relations = result_int(r, row, result_column(r, "relations"), 1);
		const char *user = text_of(r, row, "user"), *state = text_of(r, row, "state");
		struct text line = {0};
		text_addf(&line, "pid %s (%s, user %s, %s) for %s holds %s on %s", text_of(r, row, "pid"),
		    text_of(r, row, "application"), user != NULL ? user : "-", state != NULL ? state : "-",
		    units_age(since, result_int(r, row, result_column(r, "since_s"), 0)), text_of(r, row, "modes"),
		    text_of(r, row, "relation"));
		if (relations > 1)
			text_addf(&line, " and %lld more", (long long)(relations - 1));
		words_take(lines, text_take(&line));
		if (pids != NULL)
			words_add(pids, text_of(r, row, "pid"));
	}
	result_free(r);
}

static void set_bound(struct table *rows, int row, const char *bound, const char *time, const char *integer)
{
	int64_t number, time_us;
	if (bound != NULL && units_parse_int(bound, &number))
		table_set_int(rows, row, integer, number);
	else if (bound != NULL && units_parse_time_us(bound, &time_us))
		table_set_int(rows, row, time, time_us);
}

void chunk_set_rows(const struct acts *acts, const struct chunk_set *set, struct table *rows)
{
	for (int i = 0; i < set->count; i++) {
		const struct chunk *chunk = &set->chunks[i];
		int row = table_add_row(rows);
		char *table = mem_format("%s.%s", chunk->schema, chunk->name);
		table_set_text(rows, row, "database", acts->database->name);
		table_set_text(rows, row, "schema", set->schema);
		table_set_text(rows, row, "name", set->name);
		table_set_text(rows, row, "chunk", table);
		set_bound(rows, row, chunk->start, "range_start", "range_start_integer");
		set_bound(rows, row, chunk->end, "range_end", "range_end_integer");
		table_set_int(rows, row, "is_compressed", chunk->is_compressed);
		table_set_int(rows, row, "bytes", chunk->bytes);
		if (chunk->is_locked)
			table_set_approximate(rows, row, "bytes");
		if (chunk->bytes_now >= 0)
			table_set_int(rows, row, "bytes_now", chunk->bytes_now);
		table_set_text(rows, row, "state", chunk->state);
		table_set_text(rows, row, "reason", chunk->reason);
		mem_free(table);
	}
}
