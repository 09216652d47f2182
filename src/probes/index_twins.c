/* Duplicate indexes, by their catalogs. */
#include "index_twins.h"

#include <stdlib.h>
#include <string.h>

#include "pgtend/core/mem.h"

/* "1 3 0" */
static int parse_numbers(const char *text, int64_t *numbers)
{
	int count = 0;

	while (text && *text) {
		char *end = NULL;
		long long number = strtoll(text, &end, 10);

		if (end == text || count == INDEX_COLUMNS_MAX)
			return -1;
		numbers[count++] = number;
		text = end + strspn(end, " ");
	}
	return count;
}

bool index_parse(struct index_entry *entry, const char *keys, int key_count, const char *operators, const char *collations, const char *options)
{
	int64_t attributes[INDEX_COLUMNS_MAX], classes[INDEX_COLUMNS_MAX], orders[INDEX_COLUMNS_MAX], bits[INDEX_COLUMNS_MAX];

	entry->count = parse_numbers(keys, attributes);
	entry->key_count = key_count;
	if (entry->count < 1 || key_count < 1 || key_count > entry->count || parse_numbers(operators, classes) != key_count ||
	    parse_numbers(collations, orders) != key_count || parse_numbers(options, bits) != key_count)
		return false;
	for (int i = 0; i < entry->count; i++) {
		bool is_key = i < key_count;

		entry->columns[i] = (struct index_column){.attribute = attributes[i],
		                                          .operators = is_key ? classes[i] : 0,
		                                          .collation = is_key ? orders[i] : 0,
		                                          .option = is_key ? bits[i] : 0};
	}
	return true;
}

static bool is_same_text(const char *a, const char *b)
{
	return a && b ? strcmp(a, b) == 0 : a == b;
}

static bool is_same_column(const struct index_column *a, const struct index_column *b)
{
	return a->attribute == b->attribute && a->operators == b->operators && a->collation == b->collation && a->option == b->option;
}

/* A list prints as "({...} {...})": the first ones of it are the text of a shorter list without its end. */
static bool begins_with(const char *list, const char *shorter)
{
	if (!shorter)
		return true;
	size_t length = strlen(shorter);

	if (!list || length < 2 || strncmp(list, shorter, length - 1) != 0)
		return false;
	return list[length - 1] == ' ' || list[length - 1] == ')';
}

static bool carries(const struct index_entry *entry, int64_t attribute)
{
	for (int i = 0; i < entry->count; i++)
		if (entry->columns[i].attribute == attribute)
			return true;
	return false;
}

/* Whatever `a` carries along for index-only scans, `b` has too. */
static bool carries_all(const struct index_entry *b, const struct index_entry *a)
{
	for (int i = a->key_count; i < a->count; i++)
		if (!carries(b, a->columns[i].attribute))
			return false;
	return true;
}

/* Whether `b` does all that `a` does. */
static enum index_twin compare(const struct index_entry *a, const struct index_entry *b)
{
	bool is_btree = strcmp(a->method, "btree") == 0;

	if (a->table != b->table || strcmp(a->method, b->method) != 0 || a->key_count > b->key_count || !is_same_text(a->predicate, b->predicate))
		return INDEX_TWIN_NONE;
	for (int i = 0; i < a->key_count; i++)
		if (!is_same_column(&a->columns[i], &b->columns[i]))
			return INDEX_TWIN_NONE;
	if (!carries_all(b, a))
		return INDEX_TWIN_NONE;
	if (a->key_count == b->key_count) {
		/* other kinds are built after their options: two graphs of different density are two indexes */
		bool is_same = is_same_text(a->expressions, b->expressions) && (is_btree || is_same_text(a->storage, b->storage));

		return is_same && (!a->is_unique || b->is_unique) ? INDEX_TWIN_SAME : INDEX_TWIN_NONE;
	}
	return is_btree && !a->is_unique && begins_with(b->expressions, a->expressions) ? INDEX_TWIN_PREFIX : INDEX_TWIN_NONE;
}

/* Of two that do the same: whether `a` is the one to go. */
static bool goes_before(const struct index_entry *entries, int a, int b)
{
	const struct index_entry *one = &entries[a], *other = &entries[b];

	if (one->is_kept != other->is_kept)
		return other->is_kept;
	return one->oid > other->oid;
}

static enum index_twin weigh(const struct index_entry *entries, int a, int b)
{
	if (a == b || entries[a].is_kept || !entries[a].is_valid || !entries[b].is_valid)
		return INDEX_TWIN_NONE;
	enum index_twin twin = compare(&entries[a], &entries[b]);

	if (twin == INDEX_TWIN_SAME && compare(&entries[b], &entries[a]) == INDEX_TWIN_SAME && !goes_before(entries, a, b))
		return INDEX_TWIN_NONE;
	return twin;
}

struct order {
	int64_t table;
	int entry;
};

static int by_table(const void *left, const void *right)
{
	const struct order *a = left, *b = right;

	if (a->table != b->table)
		return a->table < b->table ? -1 : 1;
	return a->entry - b->entry;
}

/* The best of those of its table: the same before one that only begins alike, the older first. */
static struct index_verdict find(const struct index_entry *entries, const struct order *order, int first, int end, int entry)
{
	struct index_verdict best = {INDEX_TWIN_NONE, -1};

	for (int i = first; i < end; i++) {
		int other = order[i].entry;
		enum index_twin twin = weigh(entries, entry, other);

		if (twin == INDEX_TWIN_NONE)
			continue;
		bool is_first = best.twin == INDEX_TWIN_NONE;
		bool is_nearer = best.twin == INDEX_TWIN_PREFIX && twin == INDEX_TWIN_SAME;
		bool is_older = !is_first && twin == best.twin && goes_before(entries, best.of, other);

		if (is_first || is_nearer || is_older)
			best = (struct index_verdict){twin, other};
	}
	return best;
}

/* What is named goes too: its own twin does the work of both. There is no circle: each step leads to more columns, or to the one that stays. */
static void follow(const struct index_entry *entries, struct index_verdict *verdicts, int entry)
{
	struct index_verdict *verdict = &verdicts[entry];

	while (verdict->twin != INDEX_TWIN_NONE && verdicts[verdict->of].twin != INDEX_TWIN_NONE)
		verdict->of = verdicts[verdict->of].of;
	if (verdict->twin != INDEX_TWIN_NONE)
		verdict->twin = compare(&entries[entry], &entries[verdict->of]);
}

void index_twins(const struct index_entry *entries, int count, struct index_verdict *verdicts)
{
	struct order *order = mem_new(sizeof *order * ((size_t)count + 1));

	for (int i = 0; i < count; i++)
		order[i] = (struct order){entries[i].table, i};
	qsort(order, (size_t)count, sizeof *order, by_table);
	for (int first = 0, end; first < count; first = end) {
		for (end = first; end < count && order[end].table == order[first].table;)
			end++;
		for (int i = first; i < end; i++)
			verdicts[order[i].entry] = find(entries, order, first, end, order[i].entry);
	}
	for (int i = 0; i < count; i++)
		follow(entries, verdicts, i);
	mem_free(order);
}
