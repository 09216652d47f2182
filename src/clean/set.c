/* clean/set.c - which relations are emptied, which stay, and what stands in the way. Pure: no questions
 * to the server. */
#include <stdlib.h>
#include <string.h>

#include "clean_internal.h"
#include "pgtend/core/mem.h"

const char clean_reason_history[] = "migration history";

const char *clean_kind_word(enum clean_kind kind)
{
	static const char *const words[] = {
	    "table", "partitioned table", "hypertable", "continuous aggregate", "foreign table", "materialized view"};
	return words[kind];
}

static const struct clean_set *sorted; /* qsort has no argument of its own */

static int by_oid(const void *a, const void *b)
{
	int64_t x = sorted->relations[*(const int *)a].oid, y = sorted->relations[*(const int *)b].oid;
	return (x > y) - (x < y);
}

void clean_set_index(struct clean_set *set)
{
	set->by_oid = mem_grow(set->by_oid, (size_t)set->count + 1, sizeof set->by_oid[0]);
	for (int i = 0; i < set->count; i++)
		set->by_oid[i] = i;
	set->index_count = set->count;
	sorted = set;
	qsort(set->by_oid, (size_t)set->count, sizeof set->by_oid[0], by_oid);
}

struct clean_relation *clean_set_find(const struct clean_set *set, int64_t oid)
{
	int low = 0, high = set->index_count - 1;
	while (low <= high) {
		int middle = low + (high - low) / 2;
		struct clean_relation *relation = &set->relations[set->by_oid[middle]];
		if (relation->oid == oid)
			return relation;
		if (relation->oid < oid)
			low = middle + 1;
		else
			high = middle - 1;
	}
	return NULL;
}

static bool is_emptied(const struct clean_relation *relation)
{
	return relation->action == CLEAN_EMPTY || relation->action == CLEAN_WITH_PARENT ||
	       relation->action == CLEAN_BY_PARTS;
}

bool clean_is_heap(const struct clean_relation *relation)
{
	return relation->kind == CLEAN_TABLE && (relation->action == CLEAN_EMPTY || relation->action == CLEAN_WITH_PARENT);
}

int clean_set_emptied(const struct clean_set *set)
{
	int count = 0;
	for (int i = 0; i < set->count; i++)
		count += set->relations[i].action == CLEAN_EMPTY || set->relations[i].action == CLEAN_BY_PARTS;
	return count;
}

/* ---- what stays ------------------------------------------------------------ */

static bool is_named(const struct clean_relation *relation, const char *word)
{
	char *full = mem_format("%s.%s", relation->schema, relation->name);
	bool is_same = strcmp(full, word) == 0 || strcmp(relation->name, word) == 0;
	mem_free(full);
	return is_same;
}

static bool is_listed(const struct clean_relation *relation, const struct words *words)
{
	for (size_t i = 0; i < words->count; i++)
		if (is_named(relation, words->v[i]))
			return true;
	return false;
}

bool clean_is_ledger(const struct clean_set *set, const struct clean_relation *relation)
{
	return set->history_table != NULL && strcmp(relation->name, set->history_table) == 0 &&
	       (set->history_schema == NULL || strcmp(relation->schema, set->history_schema) == 0);
}

static const char *reason_to_keep(
    const struct clean_set *set, const struct clean_relation *relation, const struct words *keep)
{
	if (relation->is_history || clean_is_ledger(set, relation))
		return clean_reason_history;
	if (strcmp(relation->schema, "pgtend") == 0)
		return "pgtend's own records";
	if (relation->is_extension_member)
		return "belongs to an extension";
	if (relation->kind == CLEAN_FOREIGN)
		return "foreign table";
	if (is_listed(relation, keep))
		return "keep_tables";
	if (relation->kind == CLEAN_VIEW && !relation->is_populated)
		return "not populated";
	return NULL;
}

/* A misspelt name in keep_tables would cost exactly the rows that it was written for. */
static bool check_keep(
    const struct database *database, const struct clean_set *set, const struct words *keep, struct err *err)
{
	for (size_t i = 0; i < keep->count && set->count > 0; i++) {
		bool is_found = false;
		struct words names = {0};
		for (int k = 0; k < set->count; k++) {
			is_found = is_found || is_named(&set->relations[k], keep->v[i]);
			words_add(&names, set->relations[k].name);
		}
		const char *nearest = is_found ? NULL : text_nearest(keep->v[i], (const char *const *)names.v, names.count);
		if (!is_found) {
			err_set(err, ERR_CONFIG, "%s: keep_tables names \"%s\", which %s does not have",
			    section_where(database->section, "keep_tables"), keep->v[i], database->dbname);
			if (nearest != NULL)
				err_hint(err, "did you mean \"%s\"?", nearest);
		}
		words_done(&names);
		if (!is_found)
			return false;
	}
	return true;
}

/* ---- parents and parts ------------------------------------------------------ */

static void keep_parts(struct clean_set *set)
{
	for (bool has_changed = true; has_changed;) {
		has_changed = false;
		for (int i = 0; i < set->parent_count; i++) {
			struct clean_relation *child = clean_set_find(set, set->parents[i].from);
			const struct clean_relation *parent = clean_set_find(set, set->parents[i].to);
			if (child == NULL || parent == NULL || parent->action != CLEAN_KEEP || child->action == CLEAN_KEEP)
				continue;
			child->action = CLEAN_KEEP;
			child->reason = "part of a table that stays";
			has_changed = true;
		}
	}
}

static void mark_kept_parts(struct clean_set *set)
{
	for (bool has_changed = true; has_changed;) {
		has_changed = false;
		for (int i = 0; i < set->parent_count; i++) {
			const struct clean_relation *child = clean_set_find(set, set->parents[i].from);
			struct clean_relation *parent = clean_set_find(set, set->parents[i].to);
			if (child == NULL || parent == NULL || parent->has_kept_part ||
			    (child->action != CLEAN_KEEP && !child->has_kept_part))
				continue;
			parent->has_kept_part = has_changed = true;
		}
	}
}

static void settle_parents(struct clean_set *set)
{
	mark_kept_parts(set);
	for (int i = 0; i < set->count; i++) {
		struct clean_relation *relation = &set->relations[i];
		if (relation->action != CLEAN_EMPTY || !relation->has_kept_part)
			continue;
		relation->is_only = relation->kind != CLEAN_PARTITIONED;
		if (relation->kind == CLEAN_PARTITIONED)
			relation->action = CLEAN_BY_PARTS;
	}
}

static void settle_parts(struct clean_set *set)
{
	for (bool has_changed = true; has_changed;) {
		has_changed = false;
		for (int i = 0; i < set->parent_count; i++) {
			struct clean_relation *child = clean_set_find(set, set->parents[i].from);
			const struct clean_relation *parent = clean_set_find(set, set->parents[i].to);
			if (child == NULL || parent == NULL || child->action != CLEAN_EMPTY)
				continue;
			if ((parent->action == CLEAN_EMPTY && !parent->is_only) || parent->action == CLEAN_WITH_PARENT) {
				child->action = CLEAN_WITH_PARENT;
				has_changed = true;
			}
		}
	}
}

/* The parts' estimates stand with their unit. */
static void settle_units(struct clean_set *set)
{
	for (int i = 0; i < set->parent_count; i++) {
		struct clean_relation *child = clean_set_find(set, set->parents[i].from);
		const struct clean_relation *parent = clean_set_find(set, set->parents[i].to);
		if (child != NULL && parent != NULL && child->action == CLEAN_WITH_PARENT && child->parent < 0)
			child->parent = (int)(parent - set->relations);
	}
	for (int i = 0; i < set->count; i++) {
		struct clean_relation *part = &set->relations[i], *top = part;
		while (top->action == CLEAN_WITH_PARENT && top->parent >= 0)
			top = &set->relations[top->parent];
		part->unit = top->action == CLEAN_EMPTY ? (int)(top - set->relations) : -1;
		if (top != part && part->rows_estimate > 0)
			top->rows_estimate = (top->rows_estimate > 0 ? top->rows_estimate : 0) + part->rows_estimate;
	}
}

/* ---- what stands in the way -------------------------------------------------- */

static bool check_rights(const struct clean_set *set, const struct database *database, struct err *err)
{
	for (int i = 0; i < set->count; i++) {
		const struct clean_relation *relation = &set->relations[i];
		if (relation->action == CLEAN_EMPTY && !clean_ways_possible(relation, err))
			return false;
		/* From 17 on MAINTAIN may be granted: there the server decides. */
		bool is_foreign_view =
		    relation->action == CLEAN_REFRESH && !relation->is_owner && database->server->version_num < 170000;
		if (is_foreign_view) {
			err_set(err, ERR_FAILED, "%s.%s: this role may not refresh it", relation->schema, relation->name);
			return err_hint(err, "connect as its owner %s", relation->owner);
		}
	}
	return true;
}

static bool check_references(const struct clean_set *set, struct err *err)
{
	for (int i = 0; i < set->reference_count; i++) {
		const struct clean_relation *from = clean_set_find(set, set->references[i].from),
		                            *to = clean_set_find(set, set->references[i].to);
		if (from == NULL || to == NULL || from->action != CLEAN_KEEP || !is_emptied(to))
			continue;
		err_set(err, ERR_FAILED, "%s.%s stays (%s) but references %s.%s (%s), which would be emptied", from->schema,
		    from->name, from->reason, to->schema, to->name, set->references[i].name);
		return err_hint(err, "add %s.%s to keep_tables too, or let both go", to->schema, to->name);
	}
	return true;
}

/* ---- sequences --------------------------------------------------------------- */

static const struct clean_relation *kept_drawer(const struct clean_set *set, const struct clean_sequence *sequence)
{
	for (size_t i = 0; i < sequence->drawn_by.count; i++) {
		const struct clean_relation *relation = clean_set_find(set, strtoll(sequence->drawn_by.v[i], NULL, 10));
		if (relation != NULL && relation->action == CLEAN_KEEP)
			return relation;
	}
	return NULL;
}

static bool settle_sequence(const struct clean_set *set, struct clean_sequence *sequence, struct err *err)
{
	const struct clean_relation *owner = sequence->owned_by != 0 ? clean_set_find(set, sequence->owned_by) : NULL;
	const struct clean_relation *kept = kept_drawer(set, sequence);
	if (sequence->owned_by != 0 && (owner == NULL || !is_emptied(owner)))
		return true;
	bool goes_with_table = owner != NULL && owner->action != CLEAN_BY_PARTS;
	if (kept != NULL && !goes_with_table)
		return true;
	if (kept != NULL) {
		err_set(err, ERR_FAILED, "sequence %s.%s would restart with %s.%s, but it also numbers %s.%s, which stays",
		    sequence->schema, sequence->name, owner->schema, owner->name, kept->schema, kept->name);
		return err_hint(err, "add %s.%s to keep_tables too", owner->schema, owner->name);
	}
	sequence->is_in_set = true;
	return true;
}

static bool settle_sequences(struct clean_set *set, struct err *err)
{
	for (int i = 0; i < set->sequence_count; i++)
		if (!settle_sequence(set, &set->sequences[i], err))
			return false;
	return true;
}

/* ---- the order of refreshing --------------------------------------------------- */

/* Depth first along what a view reads, plain views included; seen guards against reading the same twice. */
static void place(struct clean_set *set, int64_t oid, struct words *seen)
{
	char *mark = mem_format("%lld", (long long)oid);
	if (words_has(seen, mark)) {
		mem_free(mark);
		return;
	}
	words_take(seen, mark);
	for (int i = 0; i < set->read_count; i++)
		if (set->reads[i].from == oid)
			place(set, set->reads[i].to, seen);
	const struct clean_relation *relation = clean_set_find(set, oid);
	if (relation == NULL || relation->action != CLEAN_REFRESH)
		return;
	set->refresh = mem_grow(set->refresh, (size_t)set->refresh_count + 1, sizeof set->refresh[0]);
	set->refresh[set->refresh_count++] = (int)(relation - set->relations);
}

static void order_views(struct clean_set *set)
{
	struct words seen = {0};
	for (int i = 0; i < set->count; i++)
		if (set->relations[i].action == CLEAN_REFRESH)
			place(set, set->relations[i].oid, &seen);
	words_done(&seen);
}

/* ---- all ------------------------------------------------------------------------ */

bool clean_set_decide(const struct database *database, struct clean_set *set, struct err *err)
{
	struct words keep = {0};
	section_words(database->section, "keep_tables", &keep);
	for (int i = 0; i < set->count; i++) {
		struct clean_relation *relation = &set->relations[i];
		relation->parent = -1;
		relation->reason = reason_to_keep(set, relation, &keep);
		relation->action = relation->reason != NULL       ? CLEAN_KEEP
		                   : relation->kind == CLEAN_VIEW ? CLEAN_REFRESH
		                                                  : CLEAN_EMPTY;
	}
	bool ok = check_keep(database, set, &keep, err);
	words_done(&keep);
	if (!ok)
		return false;
	clean_set_index(set);
	keep_parts(set);
	settle_parents(set);
	settle_parts(set);
	settle_units(set);
	order_views(set);
	return check_rights(set, database, err) && check_references(set, err) && settle_sequences(set, err);
}

static void free_edges(struct clean_edge *edges, int count)
{
	for (int i = 0; i < count; i++)
		mem_free(edges[i].name);
	mem_free(edges);
}

void clean_set_done(struct clean_set *set)
{
	for (int i = 0; i < set->count; i++) {
		struct clean_relation *relation = &set->relations[i];
		mem_free(relation->schema);
		mem_free(relation->name);
		mem_free(relation->quoted);
		mem_free(relation->owner);
	}
	for (int i = 0; i < set->sequence_count; i++) {
		struct clean_sequence *sequence = &set->sequences[i];
		mem_free(sequence->schema);
		mem_free(sequence->name);
		mem_free(sequence->quoted);
		mem_free(sequence->owner);
		words_done(&sequence->drawn_by);
	}
	mem_free(set->relations);
	mem_free(set->by_oid);
	mem_free(set->sequences);
	free_edges(set->parents, set->parent_count);
	free_edges(set->references, set->reference_count);
	free_edges(set->reads, set->read_count);
	mem_free(set->refresh);
	mem_free(set->deletes);
	mem_free(set->history);
	mem_free(set->history_schema);
	mem_free(set->history_table);
	memset(set, 0, sizeof *set);
}
