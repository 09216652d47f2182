/* maintain/reindex_plan.c - which indexes are built anew, and why: invalid ones, those that waste much, those that somebody named. */
#include <stdlib.h>
#include <string.h>

#include "internal.h"
#include "pgtend/sql_embedded.h"

struct planning {
	struct chore *chore;
	const char *step;
	bool is_concurrent, only_needed;
	struct words compressed; /* schema.name of chunks, in order */
	struct words seen;       /* of options->tables and ->indexes: those that were found */
};

static bool is_named(struct planning *planning, const struct words *names, const char *schema, const char *name)
{
	bool found = false;
	for (size_t i = 0; names != NULL && i < names->count; i++) {
		const char *word = names->v[i], *dot = strchr(word, '.');
		char *full = mem_format("%s.%s", schema, name);
		bool is_it = strcmp(word, name) == 0 || (dot != NULL && strcmp(word, full) == 0);
		if (is_it && !words_has(&planning->seen, word))
			words_add(&planning->seen, word);
		found = found || is_it;
		mem_free(full);
	}
	return found;
}

static bool has_names(const struct maintain_options *options)
{
	return (options->tables != NULL && options->tables->count > 0) || (options->indexes != NULL && options->indexes->count > 0);
}

/* *is_by_name: this very index was named, not only its table. */
static bool is_meant(struct planning *planning, const struct result *r, int row, bool *is_by_name)
{
	const struct maintain_options *options = planning->chore->options;
	*is_by_name = is_named(planning, options->indexes, result_word(r, row, "schema"), result_word(r, row, "index"));
	bool is_by_table = is_named(planning, options->tables, result_word(r, row, "schema"), result_word(r, row, "name"));
	is_by_table = is_named(planning, options->tables, result_word(r, row, "root_schema"), result_word(r, row, "root")) || is_by_table;
	return !has_names(options) || *is_by_name || is_by_table;
}

static bool is_true(const struct result *r, int row, const char *column)
{
	return result_bool(r, row, result_column(r, column));
}

static int by_bytes(const void *one, const void *other)
{
	return strcmp(*(char *const *)one, *(char *const *)other);
}

static bool is_in_compressed(const struct planning *planning, const struct result *r, int row)
{
	char *full = mem_format("%s.%s", result_word(r, row, "schema"), result_word(r, row, "name"));
	const char *key = full;
	bool is_in = is_true(r, row, "is_compressed") ||
	             (planning->compressed.count > 0 &&
	                 bsearch(&key, planning->compressed.v, planning->compressed.count, sizeof planning->compressed.v[0], by_bytes) != NULL);
	mem_free(full);
	return is_in;
}

static struct item *add(struct planning *planning, const char *step, const struct result *r, int row)
{
	struct item *item =
	    chore_add(planning->chore, step, result_word(r, row, "schema"), result_word(r, row, "name"), result_word(r, row, "index"));
	item->oid = result_number(r, row, "oid");
	item->table_oid = result_number(r, row, "table_oid");
	item->owner = mem_copy(result_word(r, row, "owner"));
	item->bytes = result_number(r, row, "bytes");
	item->may = is_true(r, row, strcmp(step, STEP_LEFTOVER) == 0 ? "is_owner" : "may_maintain");
	item->kind = 'i';
	return item;
}

static void skip(struct item *item, char *reason)
{
	item->state = ITEM_SKIPPED;
	item->reason = reason;
}

/* Bloat comes later, for all that are here without a reason. */
static void weigh(struct planning *planning, const struct result *r, int row, bool is_by_name)
{
	const char *builders = result_word(r, row, "builders");
	bool is_leftover = is_true(r, row, "is_leftover"), is_valid = is_true(r, row, "is_valid");
	if (!is_leftover && is_true(r, row, "is_toast"))
		return;
	/* The index of a hypertable itself holds nothing; those of its chunks stand in the list. */
	if (is_true(r, row, "is_hypertable") && is_valid)
		return;
	struct item *item = add(planning, is_leftover ? STEP_LEFTOVER : planning->step, r, row);
	if (is_leftover)
		item->why = mem_copy("left behind by a REINDEX CONCURRENTLY that was interrupted; no query uses it, every write still serves it");
	else if (!is_valid)
		item->why = mem_copy("invalid: its concurrent build failed, no query may use it");
	else if (is_by_name || !planning->only_needed)
		item->why = mem_copy(is_by_name ? "named" : "all are meant");
	if (builders != NULL && !is_valid)
		skip(item, mem_format("pid %s builds an index of its table now", builders));
	else if (item->why != NULL && !item->may)
		skip(item, mem_format("only its owner %s may", item->owner));
	else if (is_valid && !is_by_name && is_in_compressed(planning, r, row))
		skip(item, mem_copy("of a compressed chunk: nothing changes there"));
	else if (is_true(r, row, "is_exclusion") && planning->is_concurrent && !is_leftover && item->why != NULL)
		skip(item, mem_format("of an exclusion constraint, which cannot be built concurrently: pgtend reindex %s --index %s locks writing",
		               planning->chore->database->name, item->shown));
}

/* --- bloat ------------------------------------------------------------------------------------ */

static bool is_bloated(const struct chore *chore, struct item *item)
{
	int64_t least = 0;
	const char *text = section_text(chore->database->section, "reindex_least");
	double ratio = (double)section_int(chore->database->section, "reindex_bloat") / 100.0;
	char size[UNITS_SIZE], share[UNITS_SIZE];
	if (item->ratio < ratio || text == NULL || !units_parse_bytes(text, &least) || (double)item->bytes * item->ratio < (double)least)
		return false;
	item->why = mem_format("%s of it is air by estimate, %s", units_percent(share, item->ratio),
	    units_bytes(size, (int64_t)((double)item->bytes * item->ratio)));
	return true;
}

static bool is_needless(const struct item *item, const void *step)
{
	return strcmp(item->step, step) == 0 && item->state == ITEM_SKIPPED && item->reason == NULL;
}

/* Whatever is still without a reason is not needed, and no part of the plan. */
static void keep_needed(struct planning *planning)
{
	struct chore *chore = planning->chore;
	for (int i = 0; i < chore->count; i++) {
		struct item *item = &chore->items[i];
		if (strcmp(item->step, planning->step) != 0 || item->state != ITEM_PLANNED)
			continue;
		if (item->why == NULL && is_bloated(chore, item) && !item->may)
			skip(item, mem_format("only its owner %s may", item->owner));
		else if (item->why == NULL) {
			skip(item, NULL);
		} else {
			chore->all_bytes += item->bytes;
		}
	}
	chore_forget(chore, is_needless, planning->step);
}

/* --- all ------------------------------------------------------------------------------------------ */

static bool ask_compressed(struct planning *planning, struct err *err)
{
	struct result *r = NULL;
	if (!planning->chore->database->has_timescaledb)
		return true;
	bool ok = session_query_wait(planning->chore->session, sql_maintain_compressed_chunks, NULL, 0, MAINTAIN_DEADLINE_MS, &r, err);
	for (int row = 0; ok && row < result_rows(r); row++)
		words_take(&planning->compressed, mem_format("%s.%s", result_word(r, row, "schema"), result_word(r, row, "name")));
	words_sort(&planning->compressed);
	result_free(r);
	return ok;
}

static bool all_found(const struct planning *planning, const struct words *names, const char *what, const struct result *r, struct err *err)
{
	for (size_t i = 0; names != NULL && i < names->count; i++) {
		if (words_has(&planning->seen, names->v[i]))
			continue;
		struct words all = {0};
		for (int row = 0; row < result_rows(r); row++)
			words_add(&all, result_word(r, row, strcmp(what, "index") == 0 ? "index" : "root"));
		const char *nearest = text_nearest(names->v[i], (const char *const *)all.v, all.count);
		err_set(err, ERR_USAGE, "%s has no %s \"%s\"", planning->chore->database->dbname, strcmp(what, "index") == 0 ? what : "indexed table", names->v[i]);
		if (nearest != NULL)
			err_hint(err, "did you mean \"%s\"?", nearest);
		words_done(&all);
		return false;
	}
	return true;
}

bool reindex_plan(struct chore *chore, bool is_concurrent, bool only_needed, struct err *err)
{
	struct planning planning = {.chore = chore,
	    .step = is_concurrent ? STEP_REINDEX_CONCURRENTLY : STEP_REINDEX, .is_concurrent = is_concurrent, .only_needed = only_needed};
	struct result *r = NULL;
	bool ok = session_query_wait(chore->session, sql_maintain_indexes, NULL, 0, MAINTAIN_DEADLINE_MS, &r, err) &&
	          ask_compressed(&planning, err);
	for (int row = 0; ok && row < result_rows(r); row++) {
		bool is_by_name;
		if (is_meant(&planning, r, row, &is_by_name))
			weigh(&planning, r, row, is_by_name);
	}
	ok = ok && all_found(&planning, chore->options->tables, "table", r, err) && all_found(&planning, chore->options->indexes, "index", r, err);
	if (ok && only_needed)
		reindex_estimate(chore, planning.step);
	if (ok)
		keep_needed(&planning);
	result_free(r);
	words_done(&planning.compressed);
	words_done(&planning.seen);
	return ok;
}
