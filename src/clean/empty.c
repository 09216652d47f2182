/* clean/empty.c - under the locks: what holds rows, emptying it, and the proof that nothing is left and nothing else is changed. Everybody waits
 * meanwhile: what can be asked at once is one message. */
#include <string.h>

#include "clean_internal.h"
#include "pgtend/core/mem.h"

static int64_t get_int(const struct result *result, int row, const char *column, int64_t otherwise)
{
	return result_int(result, row, result_column(result, column), otherwise);
}

/* Frees the statement; NULL: nothing is asked. */
static bool ask(struct session *session, char *sql, struct result **result, struct err *err)
{
	*result = NULL;
	bool ok = sql == NULL || session_query_wait(session, sql, NULL, 0, 0, result, err);
	if (!ok) {
		result_free(*result);
		*result = NULL;
	}
	mem_free(sql);
	return ok;
}

/* ---- looking -------------------------------------------------------------------- */

/* Where nobody can look, a block is taken for a row. */
static void take_heaps(struct clean_set *set, struct result *r, bool is_first)
{
	for (int row = 0; clean_choose(r, "heap") && row < result_rows(r); row++) {
		struct clean_relation *relation = clean_set_find(set, get_int(r, row, "heap", 0));
		if (relation == NULL)
			continue;
		relation->heap_bytes = get_int(r, row, "heap_bytes", 0);
		relation->toast_bytes = get_int(r, row, "toast_bytes", 0);
		relation->bytes = is_first ? get_int(r, row, "bytes", -1) : relation->bytes;
	}
	for (int i = 0; i < set->count; i++)
		set->relations[i].has_rows = clean_is_heap(&set->relations[i]) && set->relations[i].heap_bytes > 0;
}

static void take_holds(struct clean_set *set, struct result *result, const int *indexes, int count)
{
	int next = 0;
	for (int k = 0; k < result_count(result); k++) {
		result_choose(result, k);
		const char *holds = result_text(result, 0, result_column(result, "holds"));
		for (; holds != NULL && *holds != '\0' && next < count; holds++)
			if (*holds == 't' || *holds == 'f')
				set->relations[indexes[next++]].has_rows = *holds == 't';
	}
}

/* Which may not be read may have moved. */
static void take_called(struct clean_set *set, struct result *r)
{
	for (int i = 0; i < set->sequence_count; i++)
		set->sequences[i].is_moved = !set->sequences[i].may_read;
	for (int row = 0; clean_choose(r, "called") && row < result_rows(r); row++) {
		int64_t i = get_int(r, row, "called", -1);
		if (i >= 0 && i < set->sequence_count)
			set->sequences[i].is_moved = true;
	}
}

static void take_sequences(struct clean_set *set, struct result *r)
{
	for (int k = 0; k < result_count(r); k++) {
		result_choose(r, k);
		for (int row = 0; result_column(r, "last_value") >= 0 && row < result_rows(r); row++) {
			struct clean_sequence *sequence = &set->sequences[get_int(r, row, "sequence", 0)];
			sequence->is_moved = result_bool(r, row, result_column(r, "is_called")) ||
			                     get_int(r, row, "last_value", 0) != sequence->start;
		}
	}
}

/* Again: who holds rows now; the rest stays what it was before. */
static bool look(struct session *session, struct clean_set *set, bool is_first, struct err *err)
{
	struct result *disk, *rows = NULL;
	int *indexes = mem_grow(NULL, (size_t)set->count + 1, sizeof *indexes), count = 0;
	bool ok = ask(session, clean_disk_sql(set), &disk, err);
	if (ok) {
		take_heaps(set, disk, is_first);
		if (is_first)
			take_called(set, disk);
		ok = ask(session, clean_rows_sql(set, indexes, &count), &rows, err);
	}
	if (ok && rows != NULL) {
		take_holds(set, rows, indexes, count);
		if (is_first) {
			take_sequences(set, rows);
			set->history_rows = clean_choose(rows, "history") ? get_int(rows, 0, "history", -1) : -1;
		}
	}
	result_free(disk);
	result_free(rows);
	mem_free(indexes);
	return ok;
}

/* What is full of dead rows is empty, and has no size to tell. */
static void settle_sizes(struct clean_set *set)
{
	for (int i = 0; i < set->count; i++)
		if (clean_is_heap(&set->relations[i]) && !set->relations[i].has_rows)
			set->relations[i].bytes = -1;
	clean_add_up_sizes(set);
}

/* ---- emptying ------------------------------------------------------------------- */

static const struct clean_relation *first_with_rows(const struct clean_set *set)
{
	for (int i = 0; i < set->count; i++)
		if (set->relations[i].unit >= 0 && set->relations[i].has_rows)
			return &set->relations[i];
	return NULL;
}

/* What a trigger wrote while others were emptied goes too, by the same choice; the ways that the tables went stay told. */
static bool empty_again(struct session *session, struct clean_set *set, struct err *err)
{
	struct result *r = NULL;
	enum clean_way *ways = mem_grow(NULL, (size_t)set->count + 1, sizeof *ways);
	for (int i = 0; i < set->count; i++) {
		ways[i] = set->relations[i].way;
		set->relations[i].has_chunks = false;
	}
	bool ok = clean_ways_choose(set, err) && ask(session, clean_empty_sql(set), &r, err) && look(session, set, false, err);
	for (int i = 0; i < set->count; i++)
		if (ways[i] != CLEAN_UNTOUCHED)
			set->relations[i].way = ways[i];
	result_free(r);
	mem_free(ways);
	return ok;
}

/* What the message found when all was emptied. A block where there was none is looked into. */
static bool prove_empty(struct session *session, struct clean_set *set, struct result *r, const int *indexes, int count,
    bool *is_late, struct err *err)
{
	bool is_filled = clean_choose(r, "filled") && result_rows(r) > 0;
	for (int i = 0; i < set->count; i++)
		set->relations[i].has_rows = false;
	take_holds(set, r, indexes, count);
	if ((is_filled || first_with_rows(set) != NULL) && !look(session, set, false, err))
		return false;
	*is_late = first_with_rows(set) != NULL;
	if (*is_late && !empty_again(session, set, err))
		return false;
	const struct clean_relation *left = first_with_rows(set);
	if (left != NULL) {
		err_set(err, ERR_FAILED, "%s.%s holds rows again after it was emptied: a trigger writes them; nothing was emptied",
		    left->schema, left->name);
		return err_hint(err, "add %s.%s to keep_tables, or disable that trigger meanwhile", left->schema, left->name);
	}
	for (int i = 0; i < set->count; i++)
		if (set->relations[i].unit == i)
			set->relations[i].rows_after = 0;
	return true;
}

/* The first digest of all that is in the result and the last one of the other. */
static bool prove_same(struct result *first, struct result *last, struct err *err)
{
	const char *before = NULL, *after = NULL;
	for (int k = result_count(first) - 1; k >= 0; k--) {
		result_choose(first, k);
		int column = result_column(first, "digest");
		before = column >= 0 ? result_text(first, 0, column) : before;
	}
	for (int k = 0; k < result_count(last); k++) {
		result_choose(last, k);
		int column = result_column(last, "digest");
		after = column >= 0 ? result_text(last, 0, column) : after;
	}
	if (before != NULL && after != NULL && strcmp(before, after) == 0)
		return true;
	err_set(err, ERR_FAILED, "columns, keys, policies or triggers of a table would have changed with its rows; nothing was emptied");
	return err_hint(err, "a trigger of an emptied table changes the structure: disable it meanwhile");
}

static void take_counts(struct clean_set *set, struct result *r)
{
	for (int i = 0; i < set->count; i++)
		if (set->relations[i].unit == i)
			set->relations[i].rows_before = set->relations[i].way == CLEAN_TRUNCATE ? -1 : 0;
	clean_take_counts(set, r);
	clean_take_deleted(set, r);
}

static bool empty(struct session *session, struct clean_set *set, struct err *err)
{
	struct result *all, *late = NULL;
	int *indexes = mem_grow(NULL, (size_t)set->count + 1, sizeof *indexes), count = 0;
	char *digest = clean_digest_sql(set, session_server_version(session));
	bool is_late = false, ok = ask(session, clean_all_sql(set, digest, indexes, &count), &all, err);
	if (ok) {
		take_counts(set, all);
		ok = prove_empty(session, set, all, indexes, count, &is_late, err) &&
		     (!is_late || ask(session, mem_copy(digest), &late, err)) && prove_same(all, is_late ? late : all, err);
	}
	result_free(late);
	result_free(all);
	mem_free(digest);
	mem_free(indexes);
	return ok;
}

bool clean_empty_locked(struct session *session, struct clean_set *set, struct report *report, struct err *err)
{
	if (!look(session, set, true, err) || !clean_ways_choose(set, err))
		return false;
	settle_sizes(set);
	report_step(report, "emptying %d tables in one transaction", clean_set_emptied(set));
	return empty(session, set, err);
}
