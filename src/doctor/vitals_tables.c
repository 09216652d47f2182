/* doctor/vitals_tables.c - reads the first page of each table, many in one question; of those that somebody holds for himself, none. */
#include "vitals.h"

#include <string.h>

#include "pgtend/core/mem.h"
#include "pgtend/sql_embedded.h"

enum { TOGETHER = 100, MOST_READ = 2000, QUESTION_MS = 5000 };

struct reading {
	struct session *session;
	const struct result *list;
	struct table *table;
	int row;
	struct words names;          /* quoted, of those to read */
	struct words parts;          /* what stands behind FROM ONLY to read it */
	int64_t read, denied, locked, failed;
	struct err err;              /* of the first that could not be read */
	char *failed_name;
	char *denied_name;           /* of the first that --table names */
};

static const char *cell(const struct reading *reading, int row, const char *column)
{
	return result_text(reading->list, row, result_column(reading->list, column));
}

static bool is_true(const struct reading *reading, int row, const char *column)
{
	return result_bool(reading->list, row, result_column(reading->list, column));
}

/* --- which -------------------------------------------------------------------------------------- */

static bool is_named(const struct reading *reading, int row, const char *wanted)
{
	char *whole = mem_format("%s.%s", cell(reading, row, "schema"), cell(reading, row, "name"));
	bool is_it = strcmp(cell(reading, row, "name"), wanted) == 0 || strcmp(whole, wanted) == 0;

	mem_free(whole);
	return is_it;
}

static bool is_chosen(const struct reading *reading, int row, const struct words *wanted)
{
	bool is_it = wanted->count == 0;

	for (size_t i = 0; i < wanted->count && !is_it; i++)
		is_it = is_named(reading, row, wanted->v[i]);
	return is_it;
}

/* The first that no table answers to; NULL: each is there. */
static const char *unknown_of(const struct reading *reading, const struct words *wanted)
{
	for (size_t i = 0; i < wanted->count; i++) {
		bool is_there = false;

		for (int row = 0; row < result_rows(reading->list) && !is_there; row++)
			is_there = is_named(reading, row, wanted->v[i]);
		if (!is_there)
			return wanted->v[i];
	}
	return NULL;
}

static void choose(struct reading *reading, const struct words *wanted)
{
	for (int row = 0; row < result_rows(reading->list); row++) {
		if (!is_chosen(reading, row, wanted))
			continue;
		char *schema = session_quote_identifier(reading->session, cell(reading, row, "schema"));
		char *name = session_quote_identifier(reading->session, cell(reading, row, "name"));
		char *whole = mem_format("%s.%s", schema, name);

		if (!is_true(reading, row, "may_read")) {
			reading->denied++;
			if (!reading->denied_name)
				reading->denied_name = mem_copy(whole);
		} else if (is_true(reading, row, "is_locked")) {
			reading->locked++;
		} else {
			words_add(&reading->names, whole);
			/* the first row that lives may stand behind gigabytes of dead ones */
			words_take(&reading->parts, mem_format(is_true(reading, row, "is_heap") ? "%s where ctid = '(0,1)'" : "%s limit 1", whole));
		}
		mem_free(whole);
		mem_free(schema);
		mem_free(name);
	}
}

/* --- reading ------------------------------------------------------------------------------------ */

/* ONLY: of a hypertable with its thousands of chunks, planning the question would be the work. */
static bool read_some(struct reading *reading, size_t from, size_t count, struct err *err)
{
	struct text sql = {0};
	struct result *result = NULL;

	for (size_t i = from; i < from + count; i++)
		text_addf(&sql, "%s(select 1 from only %s)", i > from ? " union all " : "", reading->parts.v[i]);
	bool is_read = session_query_wait(reading->session, text_str(&sql), NULL, 0, QUESTION_MS, &result, err);

	result_free(result);
	text_done(&sql);
	return is_read;
}

/* Somebody took it for himself in between: that is no fault of the table. */
static bool is_lock(const struct err *err)
{
	return strcmp(err->sqlstate, "55P03") == 0;
}

static void read_one(struct reading *reading, size_t i)
{
	struct err err = {0};

	if (read_some(reading, i, 1, &err)) {
		reading->read++;
	} else if (is_lock(&err)) {
		reading->locked++;
	} else {
		reading->failed++;
		if (!reading->failed_name) {
			reading->failed_name = mem_copy(reading->names.v[i]);
			reading->err = err;
		}
	}
}

static bool is_live(const struct reading *reading)
{
	return session_state(reading->session) == SESSION_READY || session_state(reading->session) == SESSION_BUSY;
}

static void read_all(struct reading *reading)
{
	for (size_t from = 0; from < reading->names.count && from < MOST_READ; from += TOGETHER) {
		size_t count = reading->names.count - from < TOGETHER ? reading->names.count - from : TOGETHER;
		struct err err = {0};

		if (read_some(reading, from, count, &err)) {
			reading->read += (int64_t)count;
			continue;
		}
		for (size_t i = from; i < from + count && (is_live(reading) || i == from); i++)
			read_one(reading, i);
		if (!is_live(reading))
			return;
	}
}

/* --- what is said ------------------------------------------------------------------------------- */

static bool say_denied(struct reading *reading, bool was_named)
{
	const char *who = cell(reading, 0, "who");
	char *role = session_quote_identifier(reading->session, who ? who : ""), *error, *mend;
	int64_t version = result_int(reading->list, 0, result_column(reading->list, "version_num"), 0);

	error = was_named ? mem_format("%s may not read %s", who, reading->denied_name) : mem_format("%s may read none of %lld table%s", who, (long long)reading->denied, reading->denied == 1 ? "" : "s");
	if (was_named)
		mend = mem_format("GRANT SELECT ON %s TO %s", reading->denied_name, role);
	else if (version >= 140000)
		mend = mem_format("GRANT pg_read_all_data TO %s, or health --no-tables", role);
	else
		mend = mem_format("GRANT SELECT ON ALL TABLES IN SCHEMA ... TO %s, or health --no-tables", role);
	table_set_text(reading->table, reading->row, "error", error);
	table_set_text(reading->table, reading->row, "mend", mend);
	mem_free(role);
	mem_free(error);
	mem_free(mend);
	return false;
}

static bool judge(struct reading *reading, const struct vitals_options *options)
{
	bool was_named = options->tables && options->tables->count > 0;

	if (reading->failed > 0) {
		char *error = mem_format("%s: %s", reading->failed_name, reading->err.text);

		table_set_text(reading->table, reading->row, "error", error);
		if (reading->err.hint[0])
			table_set_text(reading->table, reading->row, "mend", reading->err.hint);
		mem_free(error);
		return false;
	}
	if (reading->denied > 0 && (was_named || (reading->read == 0 && reading->locked == 0)))
		return say_denied(reading, was_named);
	return true;
}

static bool say_unknown(struct reading *reading, const char *unknown)
{
	char *error = mem_format("there is no table %s", unknown);

	table_set_text(reading->table, reading->row, "error", error);
	mem_free(error);
	return false;
}

static bool judge_list(struct reading *reading, const struct vitals_options *options)
{
	static const struct words none;
	const struct words *wanted = options->tables ? options->tables : &none;

	choose(reading, wanted);
	const char *unknown = unknown_of(reading, wanted);
	int64_t found = (int64_t)reading->names.count + reading->denied + reading->locked;

	read_all(reading);
	table_set_int(reading->table, reading->row, "tables.read", reading->read);
	table_set_int(reading->table, reading->row, "tables.denied", reading->denied);
	table_set_int(reading->table, reading->row, "tables.locked", reading->locked);
	table_set_int(reading->table, reading->row, "tables.failed", reading->failed);
	table_set_int(reading->table, reading->row, "tables.left_out", reading->names.count > MOST_READ ? (int64_t)(reading->names.count - MOST_READ) : 0);
	bool is_good = judge(reading, options) && (!unknown || say_unknown(reading, unknown));

	if (found > 0 || unknown)
		table_set_int(reading->table, reading->row, "table_access", is_good);
	return is_good;
}

bool vitals_tables(struct session *session, const struct vitals_options *options, struct table *table, int row)
{
	struct reading reading = {.session = session, .table = table, .row = row};
	struct result *list = NULL;
	struct err err = {0};
	bool is_good = session_query_wait(session, sql_doctor_tables, NULL, 0, QUESTION_MS, &list, &err);

	reading.list = list;
	if (is_good)
		is_good = judge_list(&reading, options);
	else
		table_set_text(table, row, "error", err.text);
	result_free(list);
	words_done(&reading.names);
	words_done(&reading.parts);
	mem_free(reading.failed_name);
	mem_free(reading.denied_name);
	return is_good;
}
