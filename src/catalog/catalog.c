/* catalog/catalog.c - the list of objects: kinds, order, names, the hash. See catalog/catalog.h. */
#include "pgtend/catalog/catalog.h"

#include <stdlib.h>
#include <string.h>

#include "catalog_internal.h"
#include "pgtend/core/mem.h"

/* What others stand on comes first. */
static const char *const kinds[] = {"schema", "extension", "language", "type", "domain", "collation", "conversion", "function", "procedure",
    "aggregate", "operator", "operator family", "operator class", "cast", "access method", "text search parser", "text search template", "text search dictionary",
    "text search configuration", "foreign data wrapper", "server", "user mapping", "table", "foreign table", "column", "hypertable", "sequence",
    "constraint", "index", "statistics", "view", "materialized view", "continuous aggregate", "trigger", "rule", "policy", "event trigger",
    "publication", "subscription", "job", "comment", "owner", "grant", "default privileges"};
enum { KINDS = sizeof kinds / sizeof kinds[0] };

const char *catalog_kind_word(int number)
{
	return number >= 0 && number < KINDS ? kinds[number] : NULL;
}

static int kind_number(const char *kind)
{
	for (int i = 0; i < KINDS; i++)
		if (strcmp(kinds[i], kind) == 0)
			return i;
	mem_die("a catalog speaks of a kind that nobody knows");
}

void catalog_add(struct catalog *catalog, const char *kind, const char *schema, const char *parent, const char *name,
    const char *definition, int position)
{
	/* Grown by doubling: room is made whenever the count is a power of two. */
	if ((catalog->count & (catalog->count - 1)) == 0)
		catalog->v = mem_grow(catalog->v, catalog->count ? catalog->count * 2 : 1, sizeof *catalog->v);
	int number = kind_number(kind);
	catalog->v[catalog->count++] = (struct catalog_object){.kind = kinds[number],
	    .kind_number = number,
	    .schema = mem_copy(schema ? schema : ""),
	    .parent = mem_copy(parent ? parent : ""),
	    .name = mem_copy(name ? name : ""),
	    .definition = mem_copy(definition ? definition : ""),
	    .position = position};
}

static void object_done(struct catalog_object *object)
{
	mem_free(object->schema);
	mem_free(object->parent);
	mem_free(object->name);
	mem_free(object->definition);
}

void catalog_keep(struct catalog *catalog, bool (*is_kept)(const struct catalog_object *object, const void *arg), const void *arg)
{
	size_t kept = 0;
	for (size_t i = 0; i < catalog->count; i++) {
		if (is_kept(&catalog->v[i], arg))
			catalog->v[kept++] = catalog->v[i];
		else
			object_done(&catalog->v[i]);
	}
	/* catalog_add() makes room by the count alone */
	struct catalog packed = {0};
	for (size_t i = 0; i < kept; i++) {
		if ((packed.count & (packed.count - 1)) == 0)
			packed.v = mem_grow(packed.v, packed.count ? packed.count * 2 : 1, sizeof *packed.v);
		packed.v[packed.count++] = catalog->v[i];
	}
	mem_free(catalog->v);
	*catalog = packed;
}

void catalog_done(struct catalog *catalog)
{
	for (size_t i = 0; i < catalog->count; i++)
		object_done(&catalog->v[i]);
	mem_free(catalog->v);
	*catalog = (struct catalog){0};
}

int catalog_order(const struct catalog_object *a, const struct catalog_object *b)
{
	int order = a->kind_number - b->kind_number;
	if (order == 0)
		order = strcmp(a->schema, b->schema);
	if (order == 0)
		order = strcmp(a->parent, b->parent);
	return order ? order : strcmp(a->name, b->name);
}

/* Two of one name (jobs) stand in the order of what they are. */
static int by_all(const void *a, const void *b)
{
	const struct catalog_object *left = a, *right = b;
	int order = catalog_order(left, right);
	return order ? order : strcmp(left->definition, right->definition);
}

void catalog_sort(struct catalog *catalog)
{
	if (catalog->count > 1)
		qsort(catalog->v, catalog->count, sizeof *catalog->v, by_all);
}

void catalog_digest(const struct catalog *catalog, char digest[CATALOG_DIGEST_SIZE])
{
	struct text whole = {0};
	for (size_t i = 0; i < catalog->count; i++) {
		const struct catalog_object *object = &catalog->v[i];
		const char *parts[] = {object->kind, object->schema, object->parent, object->name, object->definition};
		for (size_t k = 0; k < sizeof parts / sizeof parts[0]; k++)
			text_add_n(&whole, parts[k], strlen(parts[k]) + 1); /* with its end: no two lists read alike */
	}
	catalog_hash(text_str(&whole), whole.length, digest);
	text_done(&whole);
}

/* --- telling ------------------------------------------------------------------------------------------------ */

/* Kinds whose name says already where they are. */
static bool is_named_whole(const struct catalog_object *object)
{
	static const char *const whole[] = {"comment", "owner", "grant", "job", "default privileges"};
	for (size_t i = 0; i < sizeof whole / sizeof whole[0]; i++)
		if (strcmp(object->kind, whole[i]) == 0)
			return true;
	return false;
}

char *catalog_object_name(const struct catalog_object *object)
{
	struct text name = {0};
	bool is_of_schema_alone = strcmp(object->kind, "sequence") == 0 || strcmp(object->kind, "index") == 0 ||
	                          strcmp(object->kind, "hypertable") == 0;
	if (!is_named_whole(object) && object->schema[0] != '\0')
		text_addf(&name, "%s.", object->schema);
	if (!is_named_whole(object) && !is_of_schema_alone && object->parent[0] != '\0')
		text_addf(&name, "%s.", object->parent);
	text_add(&name, object->name);
	if (strcmp(object->kind, "index") == 0)
		text_addf(&name, " on %s", object->parent);
	return text_take(&name);
}

static int by_position(const void *a, const void *b)
{
	const struct catalog_object *const *left = a, *const *right = b;
	return (*left)->position - (*right)->position;
}

size_t catalog_columns(const struct catalog *catalog, const char *schema, const char *table, const struct catalog_object ***columns)
{
	const struct catalog_object **found = mem_grow(NULL, 1, sizeof *found);
	size_t count = 0, size = 1;
	static const char column[] = "column";
	const struct catalog_object least = {
	    .kind_number = kind_number(column), .schema = (char *)(uintptr_t)schema, .parent = (char *)(uintptr_t)table, .name = (char *)(uintptr_t)""};
	size_t low = 0, high = catalog->count;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (catalog_order(&catalog->v[middle], &least) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	for (size_t i = low; i < catalog->count && catalog->v[i].kind_number == least.kind_number && strcmp(catalog->v[i].schema, schema) == 0 &&
	                     strcmp(catalog->v[i].parent, table) == 0; i++) {
		if (count == size)
			found = mem_grow(found, size *= 2, sizeof *found);
		found[count++] = &catalog->v[i];
	}
	if (count > 1)
		qsort(found, count, sizeof *found, by_position);
	*columns = found;
	return count;
}

char *catalog_object_text(const struct catalog *catalog, const struct catalog_object *object)
{
	struct text text = {0};
	text_add(&text, object->definition);
	if (strcmp(object->kind, "table") == 0 || strcmp(object->kind, "foreign table") == 0) {
		const struct catalog_object **columns = NULL;
		size_t count = catalog_columns(catalog, object->schema, object->name, &columns);
		for (size_t i = 0; i < count; i++)
			text_addf(&text, "%s%s %s", text.length > 0 ? "\n" : "", columns[i]->name, columns[i]->definition);
		mem_free(columns);
	}
	return text_take(&text);
}
