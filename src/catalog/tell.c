/* catalog/tell.c - differences as rows and as lines. See catalog/catalog.h. */
#include <fnmatch.h>
#include <string.h>

#include "catalog_internal.h"
#include "pgtend/core/mem.h"

enum { MOST_LINES = 60 }; /* of one side of one object; a program reads the rows */

static const struct table_column columns[] = {
    {"database", CELL_TEXT, "database", 2, "Name of the [database] section that was looked at."},
    {"other", CELL_TEXT, "other", 3, "What it was compared with: a section, `snapshot NAME`, or `expected` (what its migrations alone give)."},
    {"state", CELL_TEXT, "state", 0, "missing (only the other has it), extra (only the database has it), different."},
    {"kind", CELL_TEXT, "kind", 0, "table, column, constraint, index, function, ..."},
    {"object", CELL_TEXT, "object", 0, "The object with schema and table, as people name it."},
    {"parts", CELL_COUNT, "parts", 1, "Of a table that is missing or extra: its columns, constraints, indexes and the like, which have no rows of their own; else null."},
    {"schema", CELL_TEXT, NULL, 9, "Its schema; null where its kind has none."},
    {"parent", CELL_TEXT, NULL, 9, "The table on which it stands; null."},
    {"name", CELL_TEXT, NULL, 9, "Its own name; of a function with argument types."},
    {"here", CELL_TEXT, NULL, 9, "Its definition in the database (pg_get_viewdef(), format_type(), ...), of a table with the columns; null where it is missing."},
    {"there", CELL_TEXT, NULL, 9, "Its definition in the other; null where it is extra."},
};
const struct table_shape catalog_diff_shape = {"diff", columns, sizeof columns / sizeof columns[0]};

static const struct catalog_object *any_of(const struct catalog_difference *difference)
{
	return difference->here ? difference->here : difference->there;
}

/* --- not wanted ------------------------------------------------------------------------------------------------- */

static bool is_ignored(const struct catalog_difference *difference, const struct words *ignored)
{
	const struct catalog_object *object = any_of(difference);
	char *name = catalog_object_name(object);
	bool is = false;
	for (size_t i = 0; i < ignored->count && !is; i++)
		is = strcmp(ignored->v[i], object->kind) == 0 || fnmatch(ignored->v[i], name, FNM_NOESCAPE) == 0;
	mem_free(name);
	return is;
}

void catalog_differences_ignore(struct catalog_differences *differences, const struct words *ignored)
{
	size_t kept = 0;
	for (size_t i = 0; i < differences->count; i++)
		if (!is_ignored(&differences->v[i], ignored))
			differences->v[kept++] = differences->v[i];
	differences->count = kept;
}

/* --- rows --------------------------------------------------------------------------------------------------------- */

/* Whole where nothing can be compared; else only what was. */
static char *side_text(const struct catalog *catalog, const struct catalog_object *object, bool is_alone)
{
	if (!object)
		return NULL;
	return is_alone ? catalog_object_text(catalog, object) : mem_copy(object->definition);
}

void catalog_differences_table(const struct catalog_differences *differences, const struct catalog_sides *sides, struct table *table)
{
	for (size_t i = 0; i < differences->count; i++) {
		const struct catalog_difference *difference = &differences->v[i];
		const struct catalog_object *object = any_of(difference);
		bool is_alone = difference->state != CATALOG_DIFFERENT;
		char *name = catalog_object_name(object);
		char *here = side_text(sides->here, difference->here, is_alone), *there = side_text(sides->there, difference->there, is_alone);
		int row = table_add_row(table);
		table_set_text(table, row, "database", sides->here_name);
		table_set_text(table, row, "other", sides->there_name);
		table_set_text(table, row, "state", catalog_state_word(difference->state));
		table_set_text(table, row, "kind", object->kind);
		table_set_text(table, row, "object", name);
		if (difference->parts > 0)
			table_set_int(table, row, "parts", difference->parts);
		table_set_text(table, row, "schema", object->schema[0] != '\0' ? object->schema : NULL);
		table_set_text(table, row, "parent", object->parent[0] != '\0' ? object->parent : NULL);
		table_set_text(table, row, "name", object->name);
		table_set_text(table, row, "here", here);
		table_set_text(table, row, "there", there);
		mem_free(here);
		mem_free(there);
		mem_free(name);
	}
}

/* --- lines -------------------------------------------------------------------------------------------------------- */

/* Tabs would be shown as \t. */
static void split(struct words *lines, const char *text)
{
	struct text line = {0};
	for (const char *at = text; *at; at++) {
		if (*at == '\n')
			words_take(lines, text_take(&line));
		else if (*at == '\t')
			text_add(&line, "    ");
		else
			text_add_char(&line, *at);
	}
	if (text[0] != '\0')
		words_take(lines, text_take(&line));
}

static void add_side(struct words *out, const struct words *lines, size_t from, size_t to, char sign)
{
	for (size_t i = from; i < to; i++) {
		if (i - from == MOST_LINES) {
			words_take(out, mem_format("  %c ... %zu more lines", sign, to - i));
			return;
		}
		words_take(out, mem_format("  %c %s", sign, lines->v[i]));
	}
}

/* What both begin and end with alike is not told. */
static void add_both(struct words *out, const char *there, const char *here)
{
	struct words left = {0}, right = {0};
	size_t before = 0, behind = 0;
	split(&left, there);
	split(&right, here);
	size_t least = left.count < right.count ? left.count : right.count;
	while (before < least && strcmp(left.v[before], right.v[before]) == 0)
		before++;
	while (behind < least - before && strcmp(left.v[left.count - 1 - behind], right.v[right.count - 1 - behind]) == 0)
		behind++;
	add_side(out, &left, before, left.count - behind, '-');
	add_side(out, &right, before, right.count - behind, '+');
	words_done(&left);
	words_done(&right);
}

static void add_alone(struct words *out, const struct catalog *catalog, const struct catalog_object *object, char sign)
{
	struct words lines = {0};
	char *text = catalog_object_text(catalog, object);
	split(&lines, text);
	add_side(out, &lines, 0, lines.count, sign);
	words_done(&lines);
	mem_free(text);
}

void catalog_differences_lines(const struct catalog_differences *differences, const struct catalog_sides *sides, struct words *lines)
{
	if (differences->count > 0)
		words_take(lines, mem_format("- %s, + %s", sides->there_name, sides->here_name));
	for (size_t i = 0; i < differences->count; i++) {
		const struct catalog_difference *difference = &differences->v[i];
		char *name = catalog_object_name(any_of(difference));
		words_take(lines, mem_format("%s %s %s", catalog_state_word(difference->state), any_of(difference)->kind, name));
		if (difference->state == CATALOG_DIFFERENT)
			add_both(lines, difference->there->definition, difference->here->definition);
		else if (difference->here)
			add_alone(lines, sides->here, difference->here, '+');
		else
			add_alone(lines, sides->there, difference->there, '-');
		mem_free(name);
	}
	for (size_t i = 0; i < differences->notes.count; i++)
		words_take(lines, mem_format("note: %s", differences->notes.v[i]));
}
