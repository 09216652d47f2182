/* clean/empty.c - under the locks: what holds rows, emptying it, and the proof that nothing is left and nothing else is changed. */
#include <string.h>

#include "clean_internal.h"
#include "pgtend/core/mem.h"
#include "pgtend/sql_embedded.h"

static int64_t get_int(const struct result *result, int row, const char *column, int64_t otherwise)
{
	return result_int(result, row, result_column(result, column), otherwise);
}

static bool ask(struct session *session, const char *sql, const char *oids, struct result **result, struct err *err)
{
	const char *params[] = {oids};
	*result = NULL;
	if (session_query_wait(session, sql, oids != NULL ? params : NULL, oids != NULL, 0, result, err))
		return true;
	result_free(*result);
	*result = NULL;
	return false;
}

/* ---- looking -------------------------------------------------------------------- */

static bool look_at_heaps(struct session *session, struct clean_set *set, struct err *err)
{
	struct result *r;
	char *oids = clean_heap_oids(set);
	bool ok = ask(session, sql_clean_heaps, oids, &r, err);
	for (int row = 0; ok && row < result_rows(r); row++) {
		struct clean_relation *relation = clean_set_find(set, get_int(r, row, "heap", 0));
		if (relation == NULL)
			continue;
		relation->heap_bytes = get_int(r, row, "heap_bytes", 0);
		relation->toast_bytes = get_int(r, row, "toast_bytes", 0);
	}
	result_free(r);
	mem_free(oids);
	return ok;
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

/* Where nobody can look, a block is taken for a row. */
static bool look_for_rows(struct session *session, struct clean_set *set, struct err *err)
{
	struct result *r = NULL;
	int *indexes = mem_grow(NULL, (size_t)set->count + 1, sizeof *indexes), count;
	if (!look_at_heaps(session, set, err)) {
		mem_free(indexes);
		return false;
	}
	for (int i = 0; i < set->count; i++)
		set->relations[i].has_rows = clean_is_heap(&set->relations[i]) && set->relations[i].heap_bytes > 0;
	char *sql = clean_holds_sql(set, indexes, &count);
	bool ok = sql == NULL || ask(session, sql, NULL, &r, err);
	if (ok && r != NULL)
		take_holds(set, r, indexes, count);
	result_free(r);
	mem_free(sql);
	mem_free(indexes);
	return ok;
}

static bool look_at_sequences(struct session *session, struct clean_set *set, struct err *err)
{
	struct result *r = NULL;
	char *sql = clean_sequences_sql(set);
	for (int i = 0; i < set->sequence_count; i++)
		set->sequences[i].is_moved = true;
	bool ok = sql == NULL || ask(session, sql, NULL, &r, err);
	for (int k = 0; ok && r != NULL && k < result_count(r); k++) {
		result_choose(r, k);
		for (int row = 0; row < result_rows(r); row++) {
			struct clean_sequence *sequence = &set->sequences[get_int(r, row, "sequence", 0)];
			sequence->is_moved = result_bool(r, row, result_column(r, "is_called")) ||
			                     get_int(r, row, "last_value", 0) != sequence->start;
		}
	}
	result_free(r);
	mem_free(sql);
	return ok;
}

static void count_history(struct session *session, struct clean_set *set)
{
	struct result *r = NULL;
	for (int i = 0; i < set->count; i++) {
		const struct clean_relation *relation = &set->relations[i];
		struct err ignored;
		if (!clean_is_ledger(set, relation) || !relation->may_select || relation->has_hidden_rows)
			continue;
		char *sql = mem_format("select count(*) as history from only %s", relation->quoted);
		if (ask(session, sql, NULL, &r, &ignored))
			set->history_rows = get_int(r, 0, "history", -1);
		result_free(r);
		mem_free(sql);
		return;
	}
}

static char *digest(struct session *session, const char *oids, struct err *err)
{
	struct result *r;
	if (!ask(session, sql_clean_digest, oids, &r, err))
		return NULL;
	char *copy = mem_copy(result_text(r, 0, 0));
	result_free(r);
	return copy;
}

/* ---- emptying ------------------------------------------------------------------- */

static bool empty(struct session *session, struct clean_set *set, bool is_first, struct err *err)
{
	struct result *r = NULL;
	for (int i = 0; is_first && i < set->count; i++)
		if (set->relations[i].unit == i)
			set->relations[i].rows_before = set->relations[i].way == CLEAN_TRUNCATE ? -1 : 0;
	char *sql = clean_empty_sql(set);
	bool ok = ask(session, sql, NULL, &r, err);
	if (ok && is_first) {
		clean_take_counts(set, r);
		clean_take_deleted(set, r);
	}
	result_free(r);
	mem_free(sql);
	return ok;
}

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
	enum clean_way *ways = mem_grow(NULL, (size_t)set->count + 1, sizeof *ways);
	for (int i = 0; i < set->count; i++) {
		ways[i] = set->relations[i].way;
		set->relations[i].has_chunks = false;
	}
	bool ok = clean_ways_choose(set, err) && empty(session, set, false, err) && look_for_rows(session, set, err);
	for (int i = 0; i < set->count; i++)
		if (ways[i] != CLEAN_UNTOUCHED)
			set->relations[i].way = ways[i];
	mem_free(ways);
	return ok;
}

static bool prove_empty(struct session *session, struct clean_set *set, struct err *err)
{
	if (!look_for_rows(session, set, err) ||
	    (first_with_rows(set) != NULL && !empty_again(session, set, err)))
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

static bool prove_same(struct session *session, const char *oids, const char *before, struct err *err)
{
	char *after = digest(session, oids, err);
	if (after == NULL)
		return false;
	bool is_same = strcmp(before, after) == 0;
	mem_free(after);
	if (is_same)
		return true;
	err_set(err, ERR_FAILED, "columns, keys, policies or triggers of a table would have changed with its rows; nothing was emptied");
	return err_hint(err, "a trigger of an emptied table changes the structure: disable it meanwhile");
}

bool clean_empty_locked(struct session *session, struct clean_set *set, struct report *report, struct err *err)
{
	if (!look_at_sequences(session, set, err) || !look_for_rows(session, set, err) || !clean_ways_choose(set, err))
		return false;
	count_history(session, set);
	clean_load_sizes(set, session, true);
	char *oids = clean_touched_oids(set), *before = digest(session, oids, err);
	report_step(report, "emptying %d tables in one transaction", clean_set_emptied(set));
	bool ok = before != NULL && empty(session, set, true, err) && prove_empty(session, set, err) &&
	          prove_same(session, oids, before, err);
	mem_free(before);
	mem_free(oids);
	return ok;
}
