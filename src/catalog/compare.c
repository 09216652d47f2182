/* catalog/compare.c - what is missing, extra or different between two lists. Pure. See catalog/catalog.h. */
#include <stdlib.h>
#include <string.h>

#include "catalog_internal.h"
#include "pgtend/core/mem.h"

const char *catalog_state_word(enum catalog_state state)
{
	static const char *const words[] = {"missing", "extra", "different"};
	return words[state];
}

/* --- whole tables ------------------------------------------------------------------------------------------- */

static bool is_relation(const struct catalog_object *object)
{
	static const char *const kinds[] = {"table", "foreign table", "view", "materialized view", "continuous aggregate"};
	for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
		if (strcmp(object->kind, kinds[i]) == 0)
			return true;
	return false;
}

/* The names of relations of one list, for looking up what an object stands on. */
struct relations {
	const struct catalog_object **v;
	size_t count;
};

static int by_name(const void *a, const void *b)
{
	const struct catalog_object *const *left = a, *const *right = b;
	int order = strcmp((*left)->schema, (*right)->schema);
	return order ? order : strcmp((*left)->name, (*right)->name);
}

static struct relations relations_of(const struct catalog *catalog)
{
	struct relations relations = {.v = mem_grow(NULL, catalog->count + 1, sizeof *relations.v)};
	for (size_t i = 0; i < catalog->count; i++)
		if (is_relation(&catalog->v[i]))
			relations.v[relations.count++] = &catalog->v[i];
	if (relations.count > 1)
		qsort(relations.v, relations.count, sizeof *relations.v, by_name);
	return relations;
}

static const struct catalog_object *find(const struct relations *relations, const char *schema, const char *name)
{
	const struct catalog_object key = {.schema = (char *)(uintptr_t)schema, .name = (char *)(uintptr_t)name}, *wanted = &key;
	const struct catalog_object **found =
	    relations->count ? bsearch(&wanted, relations->v, relations->count, sizeof *relations->v, by_name) : NULL;
	return found ? *found : NULL;
}

/* --- comparing ----------------------------------------------------------------------------------------------- */

struct comparison {
	const struct catalog *here, *there;
	struct relations here_relations, there_relations;
	struct catalog_differences *differences;
	size_t size;
};

static void add(struct comparison *comparison, enum catalog_state state, const struct catalog_object *here, const struct catalog_object *there)
{
	struct catalog_differences *differences = comparison->differences;
	if (differences->count == comparison->size) {
		comparison->size = comparison->size ? comparison->size * 2 : 16;
		differences->v = mem_grow(differences->v, comparison->size, sizeof *differences->v);
	}
	differences->v[differences->count++] = (struct catalog_difference){.state = state, .here = here, .there = there};
}

/* What stands on a table that the other side does not have at all goes with the table. */
static bool goes_with_table(const struct comparison *comparison, const struct catalog_object *object, bool is_here)
{
	if (object->parent[0] == '\0' || is_relation(object))
		return false;
	const struct relations *other = is_here ? &comparison->there_relations : &comparison->here_relations;
	const struct relations *own = is_here ? &comparison->here_relations : &comparison->there_relations;
	return find(own, object->schema, object->parent) && !find(other, object->schema, object->parent);
}

static void add_alone(struct comparison *comparison, const struct catalog_object *object, bool is_here)
{
	if (!goes_with_table(comparison, object, is_here))
		add(comparison, is_here ? CATALOG_EXTRA : CATALOG_MISSING, is_here ? object : NULL, is_here ? NULL : object);
}

static void count_parts(struct comparison *comparison)
{
	struct catalog_differences *differences = comparison->differences;
	for (size_t i = 0; i < differences->count; i++) {
		struct catalog_difference *difference = &differences->v[i];
		const struct catalog_object *table = difference->here ? difference->here : difference->there;
		const struct catalog *catalog = difference->here ? comparison->here : comparison->there;
		if (difference->state == CATALOG_DIFFERENT || !is_relation(table))
			continue;
		for (size_t k = 0; k < catalog->count; k++)
			if (!is_relation(&catalog->v[k]) && strcmp(catalog->v[k].parent, table->name) == 0 && strcmp(catalog->v[k].schema, table->schema) == 0)
				difference->parts++;
	}
}

/* --- the order of columns -------------------------------------------------------------------------------------- */

static int place_in(const struct catalog_object *const *columns, size_t count, const char *name)
{
	for (size_t i = 0; i < count; i++)
		if (strcmp(columns[i]->name, name) == 0)
			return (int)i;
	return -1;
}

/* Those that both have, in the order of one, must go up in the other. */
static bool is_other_order(const struct comparison *comparison, const struct catalog_object *table)
{
	const struct catalog_object **here = NULL, **there = NULL;
	size_t here_count = catalog_columns(comparison->here, table->schema, table->name, &here);
	size_t there_count = catalog_columns(comparison->there, table->schema, table->name, &there);
	bool is_other = false;
	int last = -1;
	for (size_t i = 0; i < here_count && !is_other; i++) {
		int place = place_in(there, there_count, here[i]->name);
		is_other = place >= 0 && place < last;
		last = place > last ? place : last;
	}
	mem_free(here);
	mem_free(there);
	return is_other;
}

static void note_orders(struct comparison *comparison)
{
	for (size_t i = 0; i < comparison->here_relations.count; i++) {
		const struct catalog_object *table = comparison->here_relations.v[i];
		if (strcmp(table->kind, "table") != 0 || !find(&comparison->there_relations, table->schema, table->name) || !is_other_order(comparison, table))
			continue;
		words_take(&comparison->differences->notes,
		    mem_format("%s.%s: its columns stand in another order, which is no difference", table->schema, table->name));
	}
}

void catalog_compare(const struct catalog *here, const struct catalog *there, struct catalog_differences *differences)
{
	struct comparison comparison = {.here = here, .there = there, .differences = differences};
	size_t i = 0, k = 0;
	*differences = (struct catalog_differences){0};
	comparison.here_relations = relations_of(here);
	comparison.there_relations = relations_of(there);
	while (i < here->count || k < there->count) {
		int order = i == here->count ? 1 : k == there->count ? -1 : catalog_order(&here->v[i], &there->v[k]);
		if (order < 0)
			add_alone(&comparison, &here->v[i++], true);
		else if (order > 0)
			add_alone(&comparison, &there->v[k++], false);
		else {
			if (strcmp(here->v[i].definition, there->v[k].definition) != 0)
				add(&comparison, CATALOG_DIFFERENT, &here->v[i], &there->v[k]);
			i++;
			k++;
		}
	}
	count_parts(&comparison);
	note_orders(&comparison);
	mem_free(comparison.here_relations.v);
	mem_free(comparison.there_relations.v);
}

void catalog_differences_done(struct catalog_differences *differences)
{
	mem_free(differences->v);
	words_done(&differences->notes);
	*differences = (struct catalog_differences){0};
}
