/* Which hypertables there are, and in which chunks their newest rows may be. */
#include <stdlib.h>
#include <string.h>

#include "hypertables.h"
#include "ingest.h"
#include "pgtend/core/json.h"
#include "pgtend/core/mem.h"
#include "pgtend/core/units.h"
#include "pgtend/sql_embedded.h"

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

static int64_t to_us(const struct ingest_hypertable *hypertable, int64_t range, int64_t ahead_us)
{
	int64_t us;

	if (range == INT64_MIN || range == INT64_MAX)
		return range;
	if (hypertable->time != INGEST_INTEGER)
		return range - ahead_us;
	if (hypertable->units_a_second == 0)
		return range;
	if (hypertable->units_a_second > 1000000)
		return range / (hypertable->units_a_second / 1000000);
	if (__builtin_mul_overflow(range, 1000000 / hypertable->units_a_second, &us))
		return range > 0 ? INT64_MAX : INT64_MIN;
	return us;
}

static bool is_asked(const struct hypertables *all, int row)
{
	const char *kind = hypertables_text(all, row, "kind");
	const char *schema = hypertables_text(all, row, "schema");
	size_t length = strlen(schema);

	if (!kind || strcmp(kind, "hypertable") != 0)
		return false;
	return !all->only || (strncmp(all->only, schema, length) == 0 && all->only[length] == '.' &&
	                      strcmp(all->only + length + 1, hypertables_text(all, row, "name")) == 0);
}

/* --- hypertables ---------------------------------------------------------------------------- */

static void take_hypertables(const struct hypertables *all, struct ingest_hypertables *hypertables)
{
	hypertables->v = mem_new(sizeof *hypertables->v * ((size_t)result_rows(all->rows) + 1));
	for (int row = 0; row < result_rows(all->rows); row++) {
		if (!is_asked(all, row))
			continue;
		struct ingest_hypertable *hypertable = &hypertables->v[hypertables->count++];

		*hypertable = (struct ingest_hypertable){
			.key = hypertables_int(all, row, "key", 0),
			.schema = mem_copy(hypertables_text(all, row, "schema")),
			.name = mem_copy(hypertables_text(all, row, "name")),
			.time_column = mem_copy(hypertables_text(all, row, "time_column")),
			.time = time_of(hypertables_text(all, row, "time_type")),
			.has_integer_now = all->now[row] != INT64_MIN,
			.integer_now = all->now[row],
		};
		if (!hypertable->time_column)
			hypertable->time = INGEST_UNKNOWN;
	}
}

static struct ingest_hypertable *hypertable_of(struct ingest_hypertables *hypertables, struct at at)
{
	int64_t key = int_at(at, "key", -1);

	for (int i = 0; i < hypertables->count; i++)
		if (hypertables->v[i].key == key)
			return &hypertables->v[i];
	return NULL; /* an aggregate, or made since */
}

static void take_gaps(struct at at, struct ingest_hypertable *hypertable)
{
	const char *days = text_at(at, "gap_days");

	hypertable->now_us = int_at(at, "now_us", 0);
	hypertable->chunk_count = int_at(at, "chunks", 0);
	hypertable->is_locked = bool_at(at, "is_held");
	hypertable->gaps = int_at(at, "gaps", -1);
	words_split(&hypertable->gap_days, days ? days : "", ",");
	if (hypertable->time == INGEST_INTEGER && hypertable->has_integer_now)
		hypertable->units_a_second = units_of(hypertable->integer_now, hypertable->now_us);
}

/* --- chunks --------------------------------------------------------------------------------- */

static void take_chunk(struct at at, struct ingest_hypertable *hypertable)
{
	int64_t ahead_us = int_at(at, "ahead", 0);
	struct ingest_chunk *chunk;

	hypertable->chunks = mem_grow(hypertable->chunks, (size_t)hypertable->count + 1, sizeof *hypertable->chunks);
	chunk = &hypertable->chunks[hypertable->count++];
	*chunk = (struct ingest_chunk){
		.schema = mem_copy(text_at(at, "chunk_schema")),
		.name = mem_copy(text_at(at, "chunk_name")),
		.start_us = to_us(hypertable, int_at(at, "starts", INT64_MIN), ahead_us),
		.end_us = to_us(hypertable, int_at(at, "ends", INT64_MAX), ahead_us),
		.is_compressed = bool_at(at, "is_compressed"),
		.is_locked = bool_at(at, "is_locked"),
		.is_readable = bool_at(at, "is_readable"),
		.has_time = bool_at(at, "has_time"),
		.has_source = bool_at(at, "has_source"),
	};
	hypertable->knows_source |= bool_at(at, "knows_source");
	words_split(&chunk->leads, text_at(at, "leads") ? text_at(at, "leads") : "", "\n");
}

/* By key, as JSON: what keys are depends on whether the catalogs can be read. */
static char *time_columns(const struct hypertables *all)
{
	json_t *columns = json_object();

	for (int row = 0; row < result_rows(all->rows); row++) {
		const char *column = hypertables_text(all, row, "time_column");

		if (column)
			json_object_set_new(columns, hypertables_text(all, row, "key"), json_string(column));
	}
	char *dumped = json_dumps(columns, JSON_COMPACT);
	char *text = mem_copy(dumped);

	free(dumped);
	json_decref(columns);
	return text;
}

static bool ask_chunks(const struct ingest_look *look, struct hypertables *all, struct result **result, struct err *err)
{
	for (bool was_public = all->is_public;; was_public = true) {
		char *columns = time_columns(all);
		const char *params[] = {look->source_column, columns};
		bool is_answered = hypertables_ask(all, sql_timescale_ingest_chunks, params, 2, result, err);

		mem_free(columns);
		/* other catalogs than they seemed to be: the keys are others, too */
		if (!is_answered || all->is_public == was_public)
			return is_answered;
	}
}

static bool read_chunks(const struct ingest_look *look, struct hypertables *all, struct ingest_hypertables *hypertables, struct err *err)
{
	struct result *result = NULL;
	bool is_answered = ask_chunks(look, all, &result, err);

	if (is_answered && !hypertables->v)
		take_hypertables(all, hypertables);
	for (int row = 0; is_answered && row < result_rows(result); row++) {
		struct at at = {result, row};
		struct ingest_hypertable *hypertable = hypertable_of(hypertables, at);

		if (!hypertable)
			continue;
		if (hypertable->now_us == 0)
			take_gaps(at, hypertable);
		if (text_at(at, "chunk_name"))
			take_chunk(at, hypertable);
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

bool ingest_read(const struct ingest_look *look, const char *only, struct ingest_hypertables *hypertables, struct err *err)
{
	struct hypertables all;

	memset(hypertables, 0, sizeof *hypertables);
	bool is_answered = hypertables_read(&all, look->target, look->session, only, err);

	/* nothing is measured here */
	all.unsized = MISSING_UNSUPPORTED;
	is_answered = is_answered && read_chunks(look, &all, hypertables, err);
	hypertables_done(&all);
	return is_answered;
}

bool ingest_read_again(const struct ingest_look *look, struct ingest_hypertable *hypertable, struct err *err)
{
	char *only = mem_format("%s.%s", hypertable->schema, hypertable->name);
	struct ingest_hypertables one = {hypertable, 1};
	struct hypertables all;
	bool is_answered = hypertables_read(&all, look->target, look->session, only, err);

	all.unsized = MISSING_UNSUPPORTED;
	drop_chunks(hypertable);
	is_answered = is_answered && read_chunks(look, &all, &one, err);
	hypertables_done(&all);
	mem_free(only);
	return is_answered;
}

void ingest_hypertables_done(struct ingest_hypertables *hypertables)
{
	for (int i = 0; i < hypertables->count; i++) {
		struct ingest_hypertable *hypertable = &hypertables->v[i];

		drop_chunks(hypertable);
		mem_free(hypertable->schema);
		mem_free(hypertable->name);
		mem_free(hypertable->time_column);
		words_done(&hypertable->gap_days);
	}
	mem_free(hypertables->v);
	memset(hypertables, 0, sizeof *hypertables);
}
