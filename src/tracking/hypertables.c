/* Which hypertables are meant, and which of their chunks. */
#include <ctype.h>
#include <string.h>

#include "internal.h"
#include "pgtend/core/mem.h"
#include "pgtend/core/units.h"
#include "pgtend/sql_embedded.h"

static char *copy_of(const struct result *r, int row, const char *column)
{
	return mem_copy(result_text(r, row, result_column(r, column)));
}

static struct hyper hyper_of(const struct result *r, int row)
{
	struct hyper hyper = {
	    .relation = copy_of(r, row, "relation"),
	    .column_type = copy_of(r, row, "column_type"),
	    .compress_after = copy_of(r, row, "compress_after"),
	    .drop_after = copy_of(r, row, "drop_after"),
	    .drop_job_id = result_int(r, row, result_column(r, "drop_job_id"), 0),
	    .is_drop_by_creation = result_bool(r, row, result_column(r, "is_drop_by_creation")),
	    .compress_job_id = result_int(r, row, result_column(r, "compress_job_id"), 0),
	    .is_by_creation = result_bool(r, row, result_column(r, "is_by_creation")),
	    .is_aggregate = result_bool(r, row, result_column(r, "is_aggregate")),
	    .is_integer = result_bool(r, row, result_column(r, "is_integer")),
	    .can_compress = result_bool(r, row, result_column(r, "can_compress")),
	};
	hyper.set.schema = copy_of(r, row, "schema");
	hyper.set.name = copy_of(r, row, "name");
	hyper.shown = acts_shown(hyper.set.schema, hyper.set.name);
	return hyper;
}

static void hyper_done(struct hyper *hyper)
{
	mem_free(hyper->relation);
	mem_free(hyper->shown);
	mem_free(hyper->column_type);
	mem_free(hyper->now_function);
	mem_free(hyper->compress_after);
	mem_free(hyper->drop_after);
	mem_free(hyper->cutoff);
	mem_free(hyper->shown_chunks);
	chunk_set_done(&hyper->set);
}

void hyper_list_done(struct hyper_list *list)
{
	for (int i = 0; i < list->count; i++)
		hyper_done(&list->rows[i]);
	mem_free(list->rows);
	memset(list, 0, sizeof *list);
}

static bool unknown(const struct acts *acts, const struct hyper_list *list, const char *table, struct err *err)
{
	struct words names = {0};
	for (int i = 0; i < list->count; i++)
		words_add(&names, list->rows[i].shown);
	const char *nearest = text_nearest(table, (const char *const *)names.v, names.count);
	err_set(err, ERR_USAGE, "%s has no hypertable and no continuous aggregate \"%s\"", acts->database->name, table);
	if (nearest != NULL)
		err_hint(err, "did you mean \"%s\"?", nearest);
	words_done(&names);
	return false;
}

static bool mark_named(const struct acts *acts, const struct words *tables, struct hyper_list *list, struct err *err)
{
	struct words schemas = {0}, names = {0};
	bool is_good = true;
	int found;
	for (int i = 0; i < list->count; i++) {
		words_add(&schemas, list->rows[i].set.schema);
		words_add(&names, list->rows[i].set.name);
	}
	for (size_t t = 0; is_good && tables != NULL && t < tables->count; t++) {
		is_good = acts_meant(tables->v[t], &schemas, &names, &found, err) && (found >= 0 || unknown(acts, list, tables->v[t], err));
		if (is_good)
			list->rows[found].is_named = true;
	}
	words_done(&schemas);
	words_done(&names);
	return is_good;
}

void hyper_list_keep(struct hyper_list *list, bool (*keep)(const struct hyper *hyper))
{
	int kept = 0;
	for (int i = 0; i < list->count; i++)
		if (keep(&list->rows[i]))
			list->rows[kept++] = list->rows[i];
		else
			hyper_done(&list->rows[i]);
	list->count = kept;
}

static bool is_named(const struct hyper *hyper)
{
	return hyper->is_named;
}

bool hyper_list_load(struct acts *acts, const struct words *tables, struct hyper_list *list, struct err *err)
{
	struct result *r = NULL;
	bool is_good = session_query_wait(acts->session, sql_tracking_hypertables, NULL, 0, ACTS_DEADLINE_MS, &r, err);
	list->rows = mem_new((size_t)(is_good && result_rows(r) > 0 ? result_rows(r) : 1) * sizeof list->rows[0]);
	for (int row = 0; is_good && row < result_rows(r); row++)
		list->rows[list->count++] = hyper_of(r, row);
	for (int i = 0; i < list->count; i++)
		if (list->rows[i].is_integer)
			list->rows[i].now_function = acts_now_function(acts, list->rows[i].set.schema, list->rows[i].set.name);
	result_free(r);
	is_good = is_good && mark_named(acts, tables, list, err);
	if (is_good && tables != NULL && tables->count > 0)
		hyper_list_keep(list, is_named);
	return is_good;
}

/* --- ages ------------------------------------------------------------------------------------- */

bool acts_is_number(const char *age)
{
	int64_t number;
	return units_parse_int(age, &number);
}

const char *hyper_no_age(const struct hyper *hyper, const char *age)
{
	if (hyper->is_integer && !acts_is_number(age))
		return "its time is an integer: the age is a whole number in its units";
	if (hyper->is_integer && hyper->now_function == NULL)
		return "its time is an integer, and no integer_now_func says what is now (set_integer_now_func() gives it one)";
	return !hyper->is_integer && acts_is_number(age) ? "an age needs a unit: '30 days'" : NULL;
}

bool hyper_cutoff(struct acts *acts, struct hyper *hyper, const char *age, char **cutoff, struct err *err)
{
	struct result *r = NULL;
	bool is_good = hyper->is_integer
	                   ? session_queryf_wait(acts->session, ACTS_DEADLINE_MS, &r, err,
	                         "select (n.at - %L::bigint)::%s::text, %L::bigint > 0, n.at is null from (select %s::bigint as at) n", age,
	                         hyper->column_type, age, hyper->now_function)
	                   : session_queryf_wait(acts->session, ACTS_DEADLINE_MS, &r, err,
	                         "select (now() - %L::interval)::text, now() - %L::interval < now(), false", age, age);
	if (is_good && result_bool(r, 0, 2))
		is_good = err_set(err, ERR_FAILED, "%s: its integer_now_func gives null", hyper->shown);
	else if (is_good && !result_bool(r, 0, 1))
		is_good = err_set(err, ERR_USAGE, "'%s' is no age: it must be more than nothing", age);
	else if (is_good)
		*cutoff = mem_copy(result_text(r, 0, 0));
	else if (strncmp(err->sqlstate, "22", 2) == 0 && hyper->is_integer) {
		err_set(err, ERR_USAGE, "%s: an age of %s reaches further back than its time (%s) counts", hyper->shown, age, hyper->column_type);
	} else if (strncmp(err->sqlstate, "22", 2) == 0) {
		err_set(err, ERR_USAGE, "'%s' is no age that PostgreSQL knows; give one such as '30 days' or '3 months'", age);
	}
	result_free(r);
	return is_good;
}

char *hyper_bound(struct acts *acts, const struct hyper *hyper, const char *argument, const char *cutoff)
{
	char *value = session_quote_literal(acts->session, cutoff);
	/* In seconds from the transaction's now, which the extension counts from too: exact for every type of time, in every time zone. */
	char *bound = hyper->is_integer
	                  ? mem_format("%s => %s::%s", argument, value, hyper->column_type)
	                  : mem_format("%s => make_interval(secs => extract(epoch from now() - %s::timestamptz)::double precision)", argument, value);
	mem_free(value);
	return bound;
}

char *hyper_regclass(struct acts *acts, const struct hyper *hyper)
{
	char *literal = session_quote_literal(acts->session, hyper->relation);
	char *whole = mem_format("%s::regclass", literal);
	mem_free(literal);
	return whole;
}
