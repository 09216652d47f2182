/* Which hypertables there are, and in which chunks their newest rows may be. */
#include <string.h>

#include "ingest.h"
#include "pgtend/core/mem.h"
#include "pgtend/core/units.h"
#include "pgtend/sql_embedded.h"

enum { DEADLINE_MS = 10000 };

/* One row of a result. */
struct at { const struct result *result; int row; };

static const char *text_at(struct at at, const char *column)
{
	return result_text(at.result, at.row, result_column(at.result, column));
}

static int64_t int_at(struct at at, const char *column, int64_t otherwise)
{
	return result_int(at.result, at.row, result_column(at.result, column), otherwise);
}

static bool bool_at(struct at at, const char *column)
{
	return result_bool(at.result, at.row, result_column(at.result, column));
}

static enum ingest_time time_of(const char *type)
{
	static const struct { const char *type; enum ingest_time time; } known[] = {
		{"timestamp with time zone", INGEST_TIMESTAMPTZ}, {"timestamp without time zone", INGEST_TIMESTAMP}, {"date", INGEST_DATE},
		{"uuid", INGEST_UUID}, {"smallint", INGEST_INTEGER}, {"integer", INGEST_INTEGER}, {"bigint", INGEST_INTEGER},
	};

	for (size_t i = 0; type && i < sizeof known / sizeof *known; i++)
		if (strcmp(type, known[i].type) == 0)
			return known[i].time;
	return INGEST_UNKNOWN;
}

/* Integer time that is as long since 1970 as the clock says, within a day, counts that unit. */
static int64_t units_of(int64_t integer_now, int64_t now_us)
{
	for (int64_t units = 1; units <= 1000000000; units *= 1000) {
		double seconds = (double)integer_now / (double)units - (double)now_us / 1e6;

		if (seconds > -86400 && seconds < 86400)
			return units;
	}
	return 0;
}

static void ask_integer_now(const struct ingest_look *look, struct ingest_hypertable *hypertable)
{
	struct result *result = NULL;
	struct err ignored;

	/* it may read the hypertable itself, and would wait there */
	if (!hypertable->now_function || hypertable->is_locked)
		return;
	/* a function of the user's that fails leaves the time unknown, not the look undone */
	if (session_queryf_wait(look->session, DEADLINE_MS, &result, &ignored, "select %I.%I()", hypertable->now_schema, hypertable->now_function) &&
	    result_rows(result) == 1 && result_text(result, 0, 0)) {
		hypertable->integer_now = result_int(result, 0, 0, 0);
		hypertable->has_integer_now = true;
		hypertable->units_a_second = units_of(hypertable->integer_now, hypertable->now_us);
	}
	result_free(result);
}

/* The newest 31 days, as words; how many there are in all. */
static void set_gaps(const struct ingest_look *look, struct at at, enum ingest_time time, int row)
{
	struct words days = {0};
	const char *list = text_at(at, "gap_days");

	if (time == INGEST_INTEGER || time == INGEST_UNKNOWN) {
		table_set_missing(look->table, row, "gaps", MISSING_UNSUPPORTED);
		table_set_missing(look->table, row, "gap_days", MISSING_UNSUPPORTED);
		return;
	}
	table_set_int(look->table, row, "gaps", int_at(at, "gaps", 0));
	table_add_word(look->table, row, "gap_days", NULL);
	words_split(&days, list ? list : "", ",");
	for (size_t i = 0; i < days.count; i++)
		table_add_word(look->table, row, "gap_days", days.v[i]);
	words_done(&days);
}

static void take_hypertable(const struct ingest_look *look, struct at at, struct ingest_hypertable *hypertable)
{
	int row = table_add_row(look->table);

	*hypertable = (struct ingest_hypertable){
		.id = int_at(at, "id", 0),
		.schema = mem_copy(text_at(at, "schema")),
		.name = mem_copy(text_at(at, "name")),
		.time_column = mem_copy(text_at(at, "time_column")),
		.now_schema = mem_copy(text_at(at, "integer_now_func_schema")),
		.now_function = mem_copy(text_at(at, "integer_now_func")),
		.time = time_of(text_at(at, "time_type")),
		.now_us = int_at(at, "now_us", 0),
		.chunk_count = int_at(at, "chunks", 0),
		.is_locked = bool_at(at, "is_locked"),
	};
	table_set_text(look->table, row, "schema", hypertable->schema);
	table_set_text(look->table, row, "name", hypertable->name);
	set_gaps(look, at, hypertable->time, row);
}

static int64_t to_us(const struct ingest_hypertable *hypertable, int64_t integer)
{
	int64_t us;

	if (hypertable->units_a_second == 0)
		return integer;
	if (hypertable->units_a_second > 1000000)
		return integer / (hypertable->units_a_second / 1000000);
	if (__builtin_mul_overflow(integer, 1000000 / hypertable->units_a_second, &us))
		return integer > 0 ? INT64_MAX : INT64_MIN;
	return us;
}

static void take_chunk(struct at at, struct ingest_hypertable *hypertable)
{
	bool is_integer = hypertable->time == INGEST_INTEGER;
	struct ingest_chunk *chunk;

	hypertable->chunks = mem_grow(hypertable->chunks, (size_t)hypertable->count + 1, sizeof *hypertable->chunks);
	chunk = &hypertable->chunks[hypertable->count++];
	*chunk = (struct ingest_chunk){
		.schema = mem_copy(text_at(at, "chunk_schema")),
		.name = mem_copy(text_at(at, "chunk_name")),
		.start_us = is_integer ? to_us(hypertable, int_at(at, "range_start_integer", 0)) : int_at(at, "start_us", INT64_MIN),
		.end_us = is_integer ? to_us(hypertable, int_at(at, "range_end_integer", 0)) : int_at(at, "end_us", INT64_MAX),
		.is_compressed = bool_at(at, "is_compressed"),
		.is_locked = bool_at(at, "is_locked"),
		.is_readable = bool_at(at, "is_readable"),
		.has_time = bool_at(at, "has_time"),
		.has_source = bool_at(at, "has_source"),
	};
	words_split(&chunk->leads, text_at(at, "leads") ? text_at(at, "leads") : "", "\n");
}

static bool read_chunks(const struct ingest_look *look, struct ingest_hypertables *hypertables, struct err *err)
{
	struct result *result = NULL;
	const char *params[] = {look->source_column};
	bool is_answered = session_query_wait(look->session, sql_timescale_ingest_chunks, params, 1, DEADLINE_MS, &result, err);
	int k = 0;

	/* both answers are in the order of schema and name; a hypertable may come or go between them */
	for (int row = 0; is_answered && row < result_rows(result); row++) {
		struct at at = {result, row};

		for (int tries = 0; tries < hypertables->count; tries++, k = (k + 1) % hypertables->count)
			if (strcmp(hypertables->v[k].name, text_at(at, "name")) == 0 && strcmp(hypertables->v[k].schema, text_at(at, "schema")) == 0) {
				take_chunk(at, &hypertables->v[k]);
				break;
			}
	}
	result_free(result);
	return is_answered;
}

static void drop_chunks(struct ingest_hypertable *hypertable)
{
	for (int k = 0; k < hypertable->count; k++) {
		mem_free(hypertable->chunks[k].schema);
		mem_free(hypertable->chunks[k].name);
		words_done(&hypertable->chunks[k].leads);
	}
	mem_free(hypertable->chunks);
	hypertable->chunks = NULL;
	hypertable->count = 0;
}

bool ingest_read_again(const struct ingest_look *look, struct ingest_hypertable *hypertable, struct err *err)
{
	struct ingest_hypertables one = {hypertable, 1};

	drop_chunks(hypertable);
	return read_chunks(look, &one, err);
}

bool ingest_read_chunks(const struct ingest_look *look, struct ingest_hypertables *hypertables, struct err *err)
{
	struct result *result = NULL;

	memset(hypertables, 0, sizeof *hypertables);
	if (!session_query_wait(look->session, sql_timescale_ingest, NULL, 0, DEADLINE_MS, &result, err)) {
		result_free(result);
		return false;
	}
	hypertables->count = result_rows(result);
	hypertables->v = mem_new(sizeof *hypertables->v * ((size_t)hypertables->count + 1));
	for (int row = 0; row < hypertables->count; row++)
		take_hypertable(look, (struct at){result, row}, &hypertables->v[row]);
	result_free(result);
	for (int i = 0; i < hypertables->count; i++)
		ask_integer_now(look, &hypertables->v[i]);
	return read_chunks(look, hypertables, err);
}

void ingest_hypertables_done(struct ingest_hypertables *hypertables)
{
	for (int i = 0; i < hypertables->count; i++) {
		struct ingest_hypertable *hypertable = &hypertables->v[i];

		drop_chunks(hypertable);
		mem_free(hypertable->schema);
		mem_free(hypertable->name);
		mem_free(hypertable->time_column);
		mem_free(hypertable->now_schema);
		mem_free(hypertable->now_function);
	}
	mem_free(hypertables->v);
	memset(hypertables, 0, sizeof *hypertables);
}
