/* The hypertables of a database, their policies, and questions over all their chunks that fit the catalogs of this TimescaleDB. */
#include "hypertables.h"

#include <string.h>

#include "pgtend/core/json.h"
#include "pgtend/core/mem.h"
#include "pgtend/core/text.h"
#include "pgtend/core/units.h"
#include "pgtend/sql_embedded.h"

enum { DEADLINE_MS = 10000, NOW_DEADLINE_MS = 2000, MOST_PARAMS = 4, DEAR_S = 600 };

/* Names that are not there, or not for this role: the catalogs are not of the shape that they seemed to be. */
static bool is_unfit(const struct err *err)
{
	static const char *const states[] = {"42P01", "42703", "42883", "3F000", "42501", NULL};

	for (const char *const *state = states; *state; state++)
		if (strcmp(err->sqlstate, *state) == 0)
			return true;
	return false;
}

static const char *chunk_rows_of(const char *shape)
{
	if (strcmp(shape, "229") == 0)
		return sql_timescale_chunk_rows_229;
	if (strcmp(shape, "228") == 0)
		return sql_timescale_chunk_rows_228;
	if (strcmp(shape, "227") == 0)
		return sql_timescale_chunk_rows_227;
	if (strcmp(shape, "218") == 0)
		return sql_timescale_chunk_rows_218;
	return NULL;
}

static bool look_at_catalog(struct hypertables *hypertables, struct err *err)
{
	struct result *result = NULL;
	bool is_answered = session_query_wait(hypertables->session, sql_timescale_catalog, NULL, 0, DEADLINE_MS, &result, err);

	if (is_answered && result_rows(result) == 1 && result_bool(result, 0, result_column(result, "has_hypertables")))
		hypertables->chunk_rows = chunk_rows_of(result_text(result, 0, result_column(result, "chunks")));
	hypertables->is_public = !hypertables->chunk_rows;
	hypertables->has_packed = !hypertables->is_public && result_bool(result, 0, result_column(result, "has_packed"));
	result_free(result);
	return is_answered;
}

static bool read_rows(struct hypertables *hypertables, struct err *err)
{
	const char *sql = hypertables->is_public ? sql_timescale_chunks_public : sql_timescale_chunks;

	result_free(hypertables->rows);
	hypertables->rows = NULL;
	return session_query_wait(hypertables->session, sql, NULL, 0, DEADLINE_MS, &hypertables->rows, err);
}

const char *hypertables_text(const struct hypertables *hypertables, int row, const char *column)
{
	return result_text(hypertables->rows, row, result_column(hypertables->rows, column));
}

int64_t hypertables_int(const struct hypertables *hypertables, int row, const char *column, int64_t otherwise)
{
	return result_int(hypertables->rows, row, result_column(hypertables->rows, column), otherwise);
}

bool hypertables_is_integer(const struct hypertables *hypertables, int row)
{
	const char *kind = hypertables_text(hypertables, row, "time_kind");

	return kind && strcmp(kind, "integer") == 0;
}

int hypertables_row(const struct hypertables *hypertables, const char *key)
{
	int column = result_column(hypertables->rows, "key");

	for (int row = 0; key && row < result_rows(hypertables->rows); row++)
		if (strcmp(result_text(hypertables->rows, row, column), key) == 0)
			return row;
	return -1;
}

int hypertables_policy(const struct hypertables *hypertables, int row, const char *kind)
{
	int64_t id = hypertables_int(hypertables, row, "hypertable_id", 0);

	return id ? policies_find(hypertables->policies, kind, id) : -1;
}

/* Integer time: the table's own function says what "now" is. It is somebody's SQL: it may fail, or take its time. */
static int64_t ask_now(const struct hypertables *hypertables, int row)
{
	const char *function = hypertables_text(hypertables, row, "integer_now_func");
	struct result *result = NULL;
	struct err ignored;
	int64_t now = INT64_MIN;

	if (!function || !hypertables_is_integer(hypertables, row))
		return now;
	if (session_queryf_wait(hypertables->session, NOW_DEADLINE_MS, &result, &ignored, "select %I.%I()",
	                        hypertables_text(hypertables, row, "integer_now_func_schema"), function) &&
	    result_rows(result) == 1)
		now = result_int(result, 0, 0, INT64_MIN);
	result_free(result);
	return now;
}

static void wish_policy(const struct hypertables *hypertables, int row, const char *kind, json_t *wish)
{
	int policy = hypertables_policy(hypertables, row, kind);
	const char *config = policy < 0 ? NULL : table_get_text(hypertables->policies, policy, "config");
	json_t *value = config ? json_loads(config, 0, NULL) : NULL;

	if (value)
		json_object_set_new(wish, kind, value);
}

static bool is_wanted(const struct hypertables *hypertables, int row)
{
	const char *name = hypertables_text(hypertables, row, "name");
	const char *schema = hypertables_text(hypertables, row, "schema");

	if (!hypertables->only || strcmp(hypertables->only, name) == 0)
		return true;
	size_t length = strlen(schema);
	const char *rest = hypertables->only + length;

	return strncmp(hypertables->only, schema, length) == 0 && *rest == '.' && strcmp(rest + 1, name) == 0;
}

static void make_wishes(struct hypertables *hypertables)
{
	json_t *wishes = json_array();

	for (int row = 0; row < result_rows(hypertables->rows); row++) {
		if (!is_wanted(hypertables, row))
			continue;
		json_t *wish = json_pack("{s:I, s:I, s:s?, s:I}", "key", (json_int_t)hypertables_int(hypertables, row, "key", 0), "root",
		                         (json_int_t)hypertables_int(hypertables, row, "root", 0), "time_kind",
		                         hypertables_text(hypertables, row, "time_kind"), "width",
		                         (json_int_t)hypertables_int(hypertables, row, "width", 0));

		if (hypertables->now[row] != INT64_MIN)
			json_object_set_new(wish, "integer_now", json_integer(hypertables->now[row]));
		wish_policy(hypertables, row, "retention", wish);
		wish_policy(hypertables, row, "compression", wish);
		json_array_append_new(wishes, wish);
	}
	char *dumped = json_dumps(wishes, JSON_COMPACT);

	mem_free(hypertables->wishes);
	hypertables->wishes = mem_copy(dumped);
	free(dumped);
	json_decref(wishes);
}

static bool read_all(struct hypertables *hypertables, struct err *err)
{
	if (!read_rows(hypertables, err))
		return false;
	int count = result_rows(hypertables->rows);

	mem_free(hypertables->now);
	hypertables->now = mem_new(sizeof *hypertables->now * ((size_t)count + 1));
	for (int row = 0; row < count; row++)
		hypertables->now[row] = ask_now(hypertables, row);
	make_wishes(hypertables);
	return true;
}

static bool turn_public(struct hypertables *hypertables, struct err *err)
{
	err_clear(err);
	hypertables->is_public = true;
	hypertables->has_packed = false;
	hypertables->chunk_rows = NULL;
	return read_all(hypertables, err);
}

bool hypertables_read(struct hypertables *hypertables, const struct probe_target *target, struct session *session, const char *only,
                      struct err *err)
{
	*hypertables = (struct hypertables){.target = target, .session = session, .only = only, .policies = table_new(&policies_shape)};
	if (!policies_read(target, session, hypertables->policies, err) || !look_at_catalog(hypertables, err))
		return false;
	if (read_all(hypertables, err))
		return true;
	return !hypertables->is_public && is_unfit(err) && turn_public(hypertables, err);
}

static bool ask_once(const struct hypertables *hypertables, const char *sql, const char *const *params, int param_count,
                     struct result **result, struct err *err)
{
	const char *all[MOST_PARAMS] = {hypertables->wishes};
	struct text question = {0};

	for (int i = 0; i < param_count; i++)
		all[i + 1] = params[i];
	text_addf(&question, "with chunk as materialized (\n%s), packed as (\n%s),\n",
	          hypertables->is_public ? sql_timescale_chunk_rows_public : hypertables->chunk_rows,
	          hypertables->has_packed ? sql_timescale_chunk_packed : sql_timescale_chunk_packed_public);
	text_add(&question, sql_timescale_chunk_marks);
	text_add(&question, hypertables->unsized ? sql_timescale_chunk_sizes_none : sql_timescale_chunk_sizes);
	text_add(&question, sql);
	result_free(*result);
	*result = NULL;
	bool is_answered = probe_query_sizes(hypertables->session, text_str(&question), all, param_count + 1, result, err);

	text_done(&question);
	return is_answered;
}

/* Ranges speak for themselves: without sizes a verdict stands all the same. */
static bool is_too_dear(const struct err *err)
{
	return err->kind == ERR_TIMEOUT || strcmp(err->sqlstate, "55P03") == 0 || strcmp(err->sqlstate, "57014") == 0;
}

/* Databases where measuring took too long: it is not tried again at each refresh, for that would be all that the server does. */
struct dear {
	const struct database *database;
	int64_t until_us;
	struct dear *next;
};
static struct dear *all_dear;

static struct dear *dear_of(const struct database *database)
{
	struct dear *dear = all_dear;

	while (dear && dear->database != database)
		dear = dear->next;
	return dear;
}

static void remember_dear(const struct database *database)
{
	struct dear *dear = dear_of(database);

	if (!dear) {
		dear = MEM_NEW(struct dear);
		dear->database = database;
		dear->next = all_dear;
		all_dear = dear;
	}
	dear->until_us = units_now_us() + DEAR_S * INT64_C(1000000);
}

static bool is_dear(const struct database *database)
{
	const struct dear *dear = dear_of(database);

	return dear && units_now_us() < dear->until_us;
}

static bool ask_unsized(struct hypertables *hypertables, const char *sql, const char *const *params, int param_count, struct result **result,
                        struct err *err)
{
	if (strcmp(err->sqlstate, "55P03") != 0)
		remember_dear(hypertables->target->database);
	hypertables->unsized = strcmp(err->sqlstate, "55P03") == 0 ? MISSING_LOCKED : MISSING_TIMEOUT;
	err_clear(err);
	return ask_once(hypertables, sql, params, param_count, result, err);
}

bool hypertables_ask(struct hypertables *hypertables, const char *sql, const char *const *params, int param_count, struct result **result,
                     struct err *err)
{
	if (is_dear(hypertables->target->database))
		hypertables->unsized = MISSING_TIMEOUT;
	if (ask_once(hypertables, sql, params, param_count, result, err))
		return true;
	if (!hypertables->is_public && is_unfit(err)) {
		if (!turn_public(hypertables, err))
			return false;
		if (ask_once(hypertables, sql, params, param_count, result, err))
			return true;
	}
	return !hypertables->unsized && is_too_dear(err) && ask_unsized(hypertables, sql, params, param_count, result, err);
}

void hypertables_set_time(struct table *table, int row, const char *column, const char *microseconds)
{
	int64_t value;

	if (microseconds && units_parse_int(microseconds, &value) && value != INT64_MIN && value != INT64_MAX)
		table_set_int(table, row, column, value);
}

void hypertables_done(struct hypertables *hypertables)
{
	table_free(hypertables->policies);
	result_free(hypertables->rows);
	mem_free(hypertables->now);
	mem_free(hypertables->wishes);
}
