/* Which jobs are meant, and what they would work on. */
#include <string.h>

#include "internal.h"
#include "pgtend/core/mem.h"
#include "pgtend/sql_embedded.h"

static char *copy_of(const struct result *r, int row, const char *column)
{
	return mem_copy(result_text(r, row, result_column(r, column)));
}

static bool bool_of(const struct result *r, int row, const char *column)
{
	return result_bool(r, row, result_column(r, column));
}

static struct job_row row_of(const struct result *r, int row)
{
	return (struct job_row){
	    .job_id = result_int(r, row, result_column(r, "job_id"), 0),
	    .kind = copy_of(r, row, "kind"),
	    .schema = copy_of(r, row, "schema"),
	    .name = copy_of(r, row, "name"),
	    .relation = copy_of(r, row, "relation"),
	    .proc = copy_of(r, row, "proc"),
	    .application = copy_of(r, row, "application"),
	    .config = copy_of(r, row, "config"),
	    .after = copy_of(r, row, "after"),
	    .start_offset = copy_of(r, row, "start_offset"),
	    .is_integer_time = bool_of(r, row, "is_integer_time"),
	    .column_type = copy_of(r, row, "column_type"),
	    .is_scheduled = bool_of(r, row, "is_scheduled"),
	    .is_running = bool_of(r, row, "is_running"),
	    .is_integer = bool_of(r, row, "is_integer"),
	    .is_by_creation = bool_of(r, row, "is_by_creation"),
	    .state = "due",
	    .gone_chunks = -1,
	    .gone_bytes = -1,
	    .left_chunks = -1,
	};
}

static void row_done(struct job_row *row)
{
	char *const texts[] = {row->kind, row->schema, row->name, row->relation, row->proc, row->application, row->config,
	    row->after, row->start_offset, row->column_type, row->now_function, row->error};
	for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
		mem_free(texts[i]);
	chunk_set_done(&row->due);
}

void job_list_done(struct job_list *list)
{
	for (int i = 0; i < list->count; i++)
		row_done(&list->rows[i]);
	mem_free(list->rows);
	memset(list, 0, sizeof *list);
}

/* --- which ------------------------------------------------------------------------------------ */

static bool unknown_table(const struct acts *acts, const struct tracking_jobs *jobs, const struct job_list *list,
    const char *table, struct err *err)
{
	struct words names = {0};
	for (int i = 0; i < list->count; i++)
		if (list->rows[i].name != NULL)
			words_take(&names, acts_shown(list->rows[i].schema, list->rows[i].name));
	const char *nearest = text_nearest(table, (const char *const *)names.v, names.count);
	char *all = words_join(&names, ", ");
	err_set(err, ERR_USAGE, "%s has no %s policy on \"%s\"", acts->database->name, jobs->kind, table);
	if (nearest != NULL)
		err_hint(err, "did you mean \"%s\"?", nearest);
	else
		err_hint(err, "there is one on %s", all);
	mem_free(all);
	words_done(&names);
	return false;
}

static bool mark_named(const struct acts *acts, const struct tracking_jobs *jobs, struct job_list *list, struct err *err)
{
	struct words schemas = {0}, names = {0};
	bool is_good = true;
	int found;
	for (int i = 0; i < list->count; i++) {
		words_add(&schemas, list->rows[i].schema != NULL ? list->rows[i].schema : "");
		words_add(&names, list->rows[i].name != NULL ? list->rows[i].name : "");
	}
	for (size_t t = 0; is_good && t < jobs->tables->count; t++) {
		is_good = acts_meant(jobs->tables->v[t], &schemas, &names, &found, err) && (found >= 0 || unknown_table(acts, jobs, list, jobs->tables->v[t], err));
		for (int i = found; is_good && i < list->count; i++)
			if (acts_is_same(&schemas, &names, found, i))
				list->rows[i].is_named = true;
	}
	words_done(&schemas);
	words_done(&names);
	return is_good;
}

/* Leaves those that --table names. */
static bool keep_named(const struct acts *acts, const struct tracking_jobs *jobs, struct job_list *list, struct err *err)
{
	if (!mark_named(acts, jobs, list, err))
		return false;
	int kept = 0;
	for (int i = 0; i < list->count; i++)
		if (list->rows[i].is_named)
			list->rows[kept++] = list->rows[i];
		else
			row_done(&list->rows[i]);
	list->count = kept;
	return true;
}

static bool none(const struct acts *acts, const struct tracking_jobs *jobs, struct err *err)
{
	if (jobs->job_id != 0) {
		err_set(err, ERR_USAGE, "%s has no job %lld", acts->database->name, (long long)jobs->job_id);
		return err_hint(err, "pgtend jobs %s lists them", acts->database_word);
	}
	/* `all` passes it over */
	err_set(err, ERR_UNSUPPORTED, "%s has no %s policy", acts->database->name, jobs->kind);
	if (strcmp(jobs->kind, "retention") == 0)
		err_hint(err, "pgtend retention set %s '30 days' --table NAME makes one", acts->database_word);
	return false;
}

bool job_list_load(struct acts *acts, const struct tracking_jobs *jobs, struct job_list *list, struct err *err)
{
	char *number = jobs->job_id != 0 ? mem_format("%lld", (long long)jobs->job_id) : NULL;
	const char *params[] = {number, jobs->kind};
	struct result *r = NULL;
	bool is_good = session_query_wait(acts->session, sql_tracking_jobs, params, 2, ACTS_DEADLINE_MS, &r, err);
	list->rows = mem_new((size_t)(is_good && result_rows(r) > 0 ? result_rows(r) : 1) * sizeof list->rows[0]);
	for (int row = 0; is_good && row < result_rows(r); row++)
		list->rows[list->count++] = row_of(r, row);
	for (int i = 0; i < list->count; i++)
		if (list->rows[i].is_integer || list->rows[i].is_integer_time)
			list->rows[i].now_function = acts_now_function(acts, list->rows[i].schema, list->rows[i].name);
	result_free(r);
	mem_free(number);
	if (is_good && list->count == 0)
		return none(acts, jobs, err);
	return is_good && (jobs->tables == NULL || jobs->tables->count == 0 || keep_named(acts, jobs, list, err));
}

char *job_words(const struct job_row *row)
{
	char *shown = acts_shown(row->schema, row->name);
	char *words = row->name != NULL && strcmp(row->kind, "user") != 0
	                  ? mem_format("job %lld (%s of %s)", (long long)row->job_id, row->kind, shown)
	                  : mem_format("job %lld (%s)", (long long)row->job_id, row->application);
	mem_free(shown);
	return words;
}

/* --- what it would work on -------------------------------------------------------------------- */

static bool is_retention(const struct job_row *row)
{
	return strcmp(row->kind, "retention") == 0;
}

/* What show_chunks() gives for the policy's own age; NULL: it has none, or nothing says what now is. Caller frees. */
static char *due_select(struct acts *acts, const struct job_row *row)
{
	if (row->relation == NULL || row->after == NULL || (row->is_integer && row->now_function == NULL))
		return NULL;
	char *relation = session_quote_literal(acts->session, row->relation), *after = session_quote_literal(acts->session, row->after);
	char *age = row->is_integer
	                ? mem_format("older_than => (%s - %s::bigint)::%s", row->now_function, after, row->column_type)
	                : mem_format("%s => %s::interval", row->is_by_creation ? "created_before" : "older_than", after);
	char *select = mem_format("select %s.show_chunks(%s::regclass, %s)", acts->schema, relation, age);
	mem_free(relation);
	mem_free(after);
	mem_free(age);
	return select;
}

static bool wants_compression(const struct chunk *chunk)
{
	return !chunk->is_compressed || chunk->is_partial;
}

bool job_due(struct acts *acts, struct job_row *row, struct err *err)
{
	bool is_compression = strcmp(row->kind, "compression") == 0;
	char *select = is_compression || is_retention(row) ? due_select(acts, row) : NULL;
	bool is_good = true;
	if (select != NULL) {
		is_good = chunk_set_load(acts, select, &row->due, err);
		row->has_due = is_good;
		row->due.schema = mem_copy(row->schema);
		row->due.name = mem_copy(row->name);
	}
	if (is_good && row->has_due && is_compression)
		chunk_set_keep(&row->due, wants_compression);
	mem_free(select);
	return is_good;
}
