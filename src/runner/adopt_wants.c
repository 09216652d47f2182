/* What should be there once the pending files ran, in the order in which they say it. See adopt_internal.h. */
#include <string.h>

#include "adopt_internal.h"
#include "pgtend/core/mem.h"

static bool has_schema(enum want_kind kind)
{
	return !strchr("nxbegv", (int)kind);
}

static const char *schema_of(const struct walk *walk, enum want_kind kind, struct want_name name)
{
	if (!has_schema(kind))
		return "";
	return name.schema ? name.schema : walk->schema;
}

static bool is_of(const struct walk *walk, const struct want *want, enum want_kind kind, struct want_name name, const char *part)
{
	return want->kind == kind && strcmp(want->schema, schema_of(walk, kind, name)) == 0 && strcmp(want->name, name.name) == 0 &&
	       strcmp(want->part, part ? part : "") == 0;
}

static struct want *add(struct walk *walk, enum want_kind kind, const char *noun, struct want_name name, const char *part)
{
	struct adopt *adopt = walk->adopt;
	/* Grown by doubling: room is made whenever the count is a power of two. */
	if ((adopt->want_count & (adopt->want_count - 1)) == 0)
		adopt->wants = mem_grow(adopt->wants, (size_t)(adopt->want_count ? adopt->want_count * 2 : 1), sizeof *adopt->wants);
	struct want *want = &adopt->wants[adopt->want_count++];
	*want = (struct want){
	    .kind = kind,
	    .noun = noun,
	    .schema = mem_copy(schema_of(walk, kind, name)),
	    .name = mem_copy(name.name),
	    .part = mem_copy(part ? part : ""),
	    .file = walk->file,
	    .is_qualified = name.schema != NULL,
	};
	return want;
}

/* What was said of it before no longer holds: it was absent, or its body was another one. */
static void forget_before(struct walk *walk, enum want_kind kind, struct want_name name, const char *part, bool has_detail)
{
	for (int i = 0; i < walk->adopt->want_count; i++) {
		struct want *want = &walk->adopt->wants[i];
		if ((want->is_absent || (has_detail && want->detail)) && is_of(walk, want, kind, name, part))
			want->is_overtaken = true;
	}
}

void want_add(struct walk *walk, enum want_kind kind, const char *noun, struct want_name name, const char *part, const char *detail)
{
	if (!name.name)
		return;
	forget_before(walk, kind, name, part, detail != NULL);
	struct want *want = add(walk, kind, noun, name, part);
	want->detail = mem_copy(detail);
}

void want_add_index(struct walk *walk, struct want_name name, const char *table, const char *columns)
{
	if (!name.name)
		return;
	forget_before(walk, WANT_RELATION, name, NULL, false);
	struct want *want = add(walk, WANT_RELATION, "index", name, NULL);
	want->of = mem_copy(table);
	want->columns = mem_copy(columns);
}

bool want_is_made(const struct walk *walk, enum want_kind kind, struct want_name name)
{
	bool is_made = false;
	for (int i = 0; name.name && i < walk->adopt->want_count; i++)
		if (is_of(walk, &walk->adopt->wants[i], kind, name, NULL))
			is_made = !walk->adopt->wants[i].is_absent && !walk->adopt->wants[i].is_overtaken;
	return is_made;
}

/* A relation takes its columns and indexes along, a schema everything in it, a column what may stand on it. */
static bool goes_with(const struct walk *walk, const struct want *want, enum want_kind kind, struct want_name name)
{
	if (kind == WANT_SCHEMA)
		return strcmp(want->schema, name.name) == 0;
	if ((kind != WANT_RELATION && kind != WANT_TYPE) || strcmp(want->schema, schema_of(walk, kind, name)) != 0)
		return false;
	if (kind == WANT_TYPE)
		return want->kind == WANT_LABEL && strcmp(want->name, name.name) == 0;
	if (want->of && strcmp(want->of, name.name) == 0)
		return true;
	return strchr("cNDkVPRtyui", (int)want->kind) && strcmp(want->name, name.name) == 0;
}

/* An index or constraint that goes with the column; where its columns are not known, it may. */
static bool may_stand_on(const struct walk *walk, const struct want *want, struct want_name table, const char *column)
{
	if (strcmp(want->schema, schema_of(walk, WANT_COLUMN, table)) != 0)
		return false;
	if (want->of && strcmp(want->of, table.name) == 0) {
		struct words columns = {0};
		words_split(&columns, want->columns ? want->columns : column, "\n");
		bool has_it = words_has(&columns, column);
		words_done(&columns);
		return has_it;
	}
	return strchr("kVP", (int)want->kind) && strcmp(want->name, table.name) == 0;
}

void want_overtake(struct walk *walk, enum want_kind kind, struct want_name name, const char *part)
{
	for (int i = 0; name.name && i < walk->adopt->want_count; i++) {
		struct want *want = &walk->adopt->wants[i];
		bool is_of_column = kind == WANT_COLUMN && (want->kind == WANT_NOT_NULL || want->kind == WANT_DEFAULT) &&
		                    is_of(walk, want, want->kind, name, part);
		if (is_of(walk, want, kind, name, part) || is_of_column || goes_with(walk, want, kind, name))
			want->is_overtaken = true;
	}
}

void want_drop(struct walk *walk, enum want_kind kind, const char *noun, struct want_name name, const char *part)
{
	if (!name.name)
		return;
	want_overtake(walk, kind, name, part);
	for (int i = 0; kind == WANT_COLUMN && part && i < walk->adopt->want_count; i++)
		if (may_stand_on(walk, &walk->adopt->wants[i], name, part))
			walk->adopt->wants[i].is_overtaken = true;
	add(walk, kind, noun, name, part)->is_absent = true;
}

void want_rename(
    struct walk *walk, enum want_kind kind, const char *noun, struct want_name name, const char *part, const char *new_name)
{
	if (!name.name || !new_name)
		return;
	want_overtake(walk, kind, name, part);
	if (part && *part)
		want_add(walk, kind, noun, name, new_name, NULL);
	else
		want_add(walk, kind, noun, (struct want_name){name.schema, new_name}, NULL, NULL);
}

void want_unknown(struct walk *walk, const char *word)
{
	words_add(&walk->adopt->files[walk->file].unknown, word);
}

void wants_done(struct adopt *adopt)
{
	for (int i = 0; i < adopt->want_count; i++) {
		struct want *want = &adopt->wants[i];
		mem_free(want->schema);
		mem_free(want->name);
		mem_free(want->part);
		mem_free(want->detail);
		mem_free(want->of);
		mem_free(want->columns);
		mem_free(want->found_detail);
	}
	mem_free(adopt->wants);
	adopt->wants = NULL;
	adopt->want_count = 0;
}
