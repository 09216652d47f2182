/* clean/way.c - which way each table is emptied: not at all, DELETE, or TRUNCATE. Pure.
 *
 * TRUNCATE makes new files for a table, its indexes and its TOAST table, whether it holds a row or a million, and takes every table along that
 * references it; DELETE pays by the row. Between the two lies a crossover of some 20,000 rows, and of a thousand where foreign keys are
 * checked row by row. A DELETE must be seen by nobody: not by policies, rules, triggers, subscribers.
 */
#include <stdlib.h>

#include "clean_internal.h"
#include "pgtend/core/mem.h"

/* Microseconds, measured on PostgreSQL 15 with three indexes on ext4: a table of 1,000 rows goes in 1.3 ms by DELETE and 7.5 ms by TRUNCATE, of 10,000
 * in 4.3 and 9.0, of 50,000 in 17.5 and 6.1, of 100,000 in 32 and 9.8. Checking one foreign key for one row takes 5. A value
 * of 2 kB that stands in the TOAST table counts as a row. */
static const double delete_us = 300, delete_row_us = 0.32, check_row_us = 5, truncate_us = 6500;
enum { ROW_BYTES = 100, TOAST_BYTES = 2000 };
/* An empty table that takes more than this is full of dead rows, which every check of a foreign key without an index would read. */
static const int64_t small_bytes = 64 << 10;

/* What one unit is weighed by. */
struct weight {
	bool has_rows, is_barred, lacks_delete;
	int heaps;
	double delete_cost, truncate_cost, rows;
	const char *why; /* it is barred */
};
struct ways {
	struct clean_set *set;
	struct weight *weights; /* by index of the unit */
	struct way_edge {
		int from, to;
		const struct clean_edge *edge;
	} *edges; /* the references, between units */
	int edge_count;
	bool *is_marked;
};

/* ---- facts ------------------------------------------------------------------ */

static const char *bar_of(const struct clean_relation *relation)
{
	return relation->kind == CLEAN_HYPERTABLE || relation->kind == CLEAN_AGGREGATE ? clean_kind_word(relation->kind)
	       : relation->has_policies                                                ? "row-level security"
	       : relation->has_rules                                                   ? "rules"
	       : relation->has_triggers                                                ? "triggers"
	       : relation->is_published                                                ? "a publication"
	                                                                               : NULL;
}

/* What bars a parent bars its parts, and the other way round: its rows are theirs. */
static void spread_bars(const struct clean_set *set, const char **bars)
{
	for (int i = 0; i < set->count; i++)
		bars[i] = bar_of(&set->relations[i]);
	for (bool has_changed = true; has_changed;) {
		has_changed = false;
		for (int i = 0; i < set->parent_count; i++) {
			const struct clean_relation *child = clean_set_find(set, set->parents[i].from),
			                            *parent = clean_set_find(set, set->parents[i].to);
			if (child == NULL || parent == NULL)
				continue;
			ptrdiff_t c = child - set->relations, p = parent - set->relations;
			if ((bars[c] == NULL) == (bars[p] == NULL))
				continue;
			bars[c] = bars[p] = bars[c] != NULL ? bars[c] : bars[p];
			has_changed = true;
		}
	}
}

static double rows_of(const struct clean_relation *heap)
{
	double rows = (double)heap->heap_bytes / ROW_BYTES;
	if (heap->rows_estimate > 0 && heap->pages_estimate > 0)
		rows = (double)heap->rows_estimate * ((double)heap->heap_bytes / 8192.0) / (double)heap->pages_estimate;
	return rows + (double)heap->toast_bytes / TOAST_BYTES;
}

static int checks_of(const struct ways *ways, int64_t oid)
{
	int count = 0;
	for (int i = 0; !ways->set->may_replicate && i < ways->set->reference_count; i++)
		count += ways->set->references[i].to == oid;
	return count;
}

static void weigh(struct ways *ways)
{
	struct clean_set *set = ways->set;
	const char **bars = mem_new(((size_t)set->count + 1) * sizeof *bars);
	spread_bars(set, bars);
	for (int i = 0; i < set->count; i++) {
		const struct clean_relation *relation = &set->relations[i];
		if (relation->unit < 0)
			continue;
		struct weight *weight = &ways->weights[relation->unit];
		bool is_mine = relation->has_rows || relation->has_chunks;
		weight->has_rows = weight->has_rows || is_mine;
		weight->why = bars[i] != NULL ? bars[i] : weight->why;
		weight->is_barred = weight->why != NULL;
		if (clean_is_heap(relation)) {
			weight->heaps++;
			weight->truncate_cost += truncate_us;
			weight->lacks_delete = weight->lacks_delete || (relation->has_rows && !relation->may_delete);
		}
		if (clean_is_heap(relation) && relation->has_rows) {
			double rows = rows_of(relation);
			weight->rows += rows;
			weight->delete_cost += delete_us + rows * (delete_row_us + check_row_us * checks_of(ways, relation->oid));
		}
	}
	mem_free(bars);
}

static int unit_of(const struct clean_set *set, int64_t oid)
{
	const struct clean_relation *relation = clean_set_find(set, oid);
	return relation != NULL ? relation->unit : -1;
}

static void take_edges(struct ways *ways)
{
	const struct clean_set *set = ways->set;
	ways->edges = mem_new(((size_t)set->reference_count + 1) * sizeof ways->edges[0]);
	for (int i = 0; i < set->reference_count; i++) {
		int from = unit_of(set, set->references[i].from), to = unit_of(set, set->references[i].to);
		if (from < 0 || to < 0)
			continue;
		ways->edges[ways->edge_count].from = from;
		ways->edges[ways->edge_count].to = to;
		ways->edges[ways->edge_count++].edge = &set->references[i];
	}
}

/* ---- TRUNCATE, and what it takes along ----------------------------------------- */

/* Marks what references the marked ones, to any depth. */
static void close_marks(struct ways *ways)
{
	for (bool has_changed = true; has_changed;) {
		has_changed = false;
		for (int i = 0; i < ways->edge_count; i++)
			if (ways->is_marked[ways->edges[i].to] && !ways->is_marked[ways->edges[i].from])
				ways->is_marked[ways->edges[i].from] = has_changed = true;
	}
}

static bool may_truncate_marked(const struct ways *ways, int *which)
{
	for (int i = 0; i < ways->set->count; i++)
		if (ways->is_marked[i] && !ways->set->relations[i].may_truncate) {
			*which = i;
			return false;
		}
	return true;
}

static void unmark(struct ways *ways)
{
	for (int i = 0; i < ways->set->count; i++)
		ways->is_marked[i] = ways->set->relations[i].way == CLEAN_TRUNCATE;
}

static void truncate_marked(struct ways *ways)
{
	for (int i = 0; i < ways->set->count; i++)
		if (ways->is_marked[i])
			ways->set->relations[i].way = CLEAN_TRUNCATE;
}

static bool refuse_truncate(const struct clean_relation *relation, const struct clean_relation *because, const char *why, struct err *err)
{
	if (relation == because)
		err_set(err, ERR_FAILED, "%s.%s: this role may not empty it: with %s only by TRUNCATE", relation->schema,
		    relation->name, why);
	else
		err_set(err, ERR_FAILED, "%s.%s: this role may not empty it: it references %s.%s, which with %s goes only by TRUNCATE",
		    relation->schema, relation->name, because->schema, because->name, why);
	return err_hint(err, "connect as its owner %s, or GRANT TRUNCATE on it", relation->owner);
}

static bool must_truncate(struct ways *ways, int unit, const char *why, struct err *err)
{
	int which = unit;
	unmark(ways);
	ways->is_marked[unit] = true;
	close_marks(ways);
	if (!may_truncate_marked(ways, &which))
		return refuse_truncate(&ways->set->relations[which], &ways->set->relations[unit], why, err);
	truncate_marked(ways);
	return true;
}

/* Where it costs less than DELETE of all that it takes along. */
static void may_truncate(struct ways *ways, int unit)
{
	int which;
	double saved = 0, cost = 0;
	unmark(ways);
	ways->is_marked[unit] = true;
	close_marks(ways);
	for (int i = 0; i < ways->set->count; i++) {
		if (!ways->is_marked[i] || ways->set->relations[i].way == CLEAN_TRUNCATE)
			continue;
		saved += ways->weights[i].delete_cost;
		cost += ways->weights[i].truncate_cost;
	}
	if (cost < saved && may_truncate_marked(ways, &which))
		truncate_marked(ways);
}

static const struct ways *sorted; /* qsort has no argument of its own */

static int by_rows(const void *a, const void *b)
{
	double x = sorted->weights[*(const int *)a].rows, y = sorted->weights[*(const int *)b].rows;
	return (x < y) - (x > y);
}

static void truncate_large(struct ways *ways)
{
	int *order = mem_grow(NULL, (size_t)ways->set->count + 1, sizeof *order), count = 0;
	for (int i = 0; i < ways->set->count; i++)
		if (ways->weights[i].delete_cost > truncate_us && ways->set->relations[i].way == CLEAN_DELETE)
			order[count++] = i;
	sorted = ways;
	qsort(order, (size_t)count, sizeof *order, by_rows);
	for (int i = 0; i < count; i++)
		if (ways->set->relations[order[i]].way == CLEAN_DELETE)
			may_truncate(ways, order[i]);
	mem_free(order);
}

/* ---- DELETE under foreign keys that are checked ----------------------------------- */

/* Whether rows of the referencing unit may still be there, or dead ones in such number that each check would read them all. */
static bool is_quiet(const struct ways *ways, int unit)
{
	for (int i = 0; i < ways->set->count; i++)
		if (ways->set->relations[i].unit == unit && clean_is_heap(&ways->set->relations[i]) &&
		    (ways->set->relations[i].has_rows || ways->set->relations[i].heap_bytes > small_bytes))
			return false;
	return !ways->weights[unit].has_rows;
}

/* NULL: a DELETE of `to` passes its foreign keys, and quickly, when the rows of `from` are gone before it. */
static const char *check_bar(const struct ways *ways, int i)
{
	const struct clean_edge *edge = ways->edges[i].edge;
	if (ways->set->relations[ways->edges[i].from].way == CLEAN_TRUNCATE || is_quiet(ways, ways->edges[i].from))
		return NULL;
	if (!edge->is_indexed)
		return "a foreign key without an index";
	return ways->edges[i].from == ways->edges[i].to && edge->on_delete != 'a' ? "a foreign key to itself" : NULL;
}

static bool bar_slow_checks(struct ways *ways, struct err *err)
{
	for (bool has_changed = !ways->set->may_replicate; has_changed;) {
		has_changed = false;
		for (int i = 0; i < ways->edge_count; i++) {
			const char *why = ways->set->relations[ways->edges[i].to].way == CLEAN_DELETE ? check_bar(ways, i) : NULL;
			if (why == NULL)
				continue;
			if (!must_truncate(ways, ways->edges[i].to, why, err))
				return false;
			has_changed = true;
		}
	}
	return true;
}

/* Referencing ones first. Who is never ready is part of a circle. */
static bool order_deletes(struct ways *ways, int *order, int *count, int *stuck)
{
	const struct clean_set *set = ways->set;
	bool *is_gone = mem_new(((size_t)set->count + 1) * sizeof *is_gone);
	*count = 0;
	*stuck = -1;
	for (bool has_changed = true; has_changed;) {
		has_changed = false;
		for (int i = 0; i < set->count; i++) /* what others still need is held below */
			ways->is_marked[i] = false;
		for (int i = 0; i < ways->edge_count && !set->may_replicate; i++)
			if (ways->edges[i].from != ways->edges[i].to && set->relations[ways->edges[i].from].way == CLEAN_DELETE &&
			    !is_gone[ways->edges[i].from])
				ways->is_marked[ways->edges[i].to] = true;
		*stuck = -1;
		for (int i = 0; i < set->count; i++) {
			if (set->relations[i].way != CLEAN_DELETE || is_gone[i])
				continue;
			if (ways->is_marked[i]) {
				*stuck = i;
				continue;
			}
			is_gone[i] = has_changed = true;
			order[(*count)++] = i;
		}
	}
	mem_free(is_gone);
	return *stuck < 0;
}

static bool settle_order(struct ways *ways, int *order, int *count, struct err *err)
{
	int stuck;
	while (!order_deletes(ways, order, count, &stuck))
		if (!must_truncate(ways, stuck, "foreign keys in a circle", err) || !bar_slow_checks(ways, err))
			return false;
	return true;
}

static void list_deletes(struct clean_set *set, const int *order, int count)
{
	set->deletes = mem_grow(set->deletes, (size_t)set->count + 1, sizeof set->deletes[0]);
	set->delete_count = 0;
	for (int k = 0; k < count; k++)
		for (int i = 0; i < set->count; i++)
			if (set->relations[i].unit == order[k] && clean_is_heap(&set->relations[i]) && set->relations[i].has_rows)
				set->deletes[set->delete_count++] = i;
}

/* ---- sequences --------------------------------------------------------------- */

static bool goes_with_truncate(const struct clean_set *set, const struct clean_sequence *sequence)
{
	int unit = sequence->owned_by != 0 ? unit_of(set, sequence->owned_by) : -1;
	return unit >= 0 && set->relations[unit].way == CLEAN_TRUNCATE;
}

static bool settle_sequences(struct clean_set *set, struct err *err)
{
	set->continues_identity = false;
	for (int i = 0; i < set->sequence_count; i++) {
		struct clean_sequence *sequence = &set->sequences[i];
		if (goes_with_truncate(set, sequence) && (!sequence->is_owner || !sequence->is_in_set))
			set->continues_identity = true;
		if (!sequence->is_in_set || !sequence->is_moved || sequence->is_owner)
			continue;
		err_set(err, ERR_FAILED, "sequence %s.%s: this role may not restart it", sequence->schema, sequence->name);
		return err_hint(err, "connect as its owner %s", sequence->owner);
	}
	for (int i = 0; i < set->sequence_count; i++) {
		struct clean_sequence *sequence = &set->sequences[i];
		sequence->is_restarted = sequence->is_in_set && sequence->is_moved &&
		                         (set->continues_identity || !goes_with_truncate(set, sequence));
	}
	return true;
}

/* ---- all ---------------------------------------------------------------------- */

static bool choose(struct ways *ways, int *order, struct err *err)
{
	struct clean_set *set = ways->set;
	int count = 0;
	for (int i = 0; i < set->count; i++)
		set->relations[i].way = ways->weights[i].has_rows ? CLEAN_DELETE : CLEAN_UNTOUCHED;
	for (int i = 0; i < set->count; i++) {
		const struct weight *weight = &ways->weights[i];
		const char *why = weight->is_barred ? weight->why : weight->lacks_delete ? "no right to DELETE" : NULL;
		if (weight->has_rows && why != NULL && !must_truncate(ways, i, why, err))
			return false;
	}
	truncate_large(ways);
	if (!bar_slow_checks(ways, err) || !settle_order(ways, order, &count, err))
		return false;
	list_deletes(set, order, count);
	return settle_sequences(set, err);
}

bool clean_ways_choose(struct clean_set *set, struct err *err)
{
	struct ways ways = {.set = set};
	int *order = mem_grow(NULL, (size_t)set->count + 1, sizeof *order);
	ways.weights = mem_new(((size_t)set->count + 1) * sizeof ways.weights[0]);
	ways.is_marked = mem_new(((size_t)set->count + 1) * sizeof ways.is_marked[0]);
	take_edges(&ways);
	weigh(&ways);
	bool ok = choose(&ways, order, err);
	mem_free(ways.weights);
	mem_free(ways.is_marked);
	mem_free(ways.edges);
	mem_free(order);
	return ok;
}

bool clean_ways_possible(const struct clean_relation *unit, struct err *err)
{
	if (unit->may_truncate || (unit->may_delete && bar_of(unit) == NULL))
		return true;
	err_set(err, ERR_FAILED, "%s.%s: this role may not empty it", unit->schema, unit->name);
	return err_hint(err, "connect as its owner %s, or GRANT TRUNCATE on it", unit->owner);
}
