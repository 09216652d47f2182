/* What of the wanted things is there. See adopt_internal.h. */
#include <stdlib.h>
#include <string.h>

#include "adopt_internal.h"
#include "pgtend/core/mem.h"
#include "pgtend/sql_embedded.h"

enum { DEADLINE_MS = 60000 };

/* --- words --------------------------------------------------------------------------------------------------- */

static bool is_on_table(const struct want *want)
{
	return strchr("cNDktyuV", (int)want->kind) != NULL;
}

char *want_words(const struct want *want)
{
	struct text words = {0};
	text_addf(&words, "%s ", want->noun);
	if (want->is_qualified && *want->schema)
		text_addf(&words, "%s.", want->schema);
	text_add(&words, want->name);
	if (want->kind == WANT_LABEL)
		text_addf(&words, " '%s'", want->part);
	else if (want->kind == WANT_FUNCTION)
		text_addf(&words, "(%s)", want->part);
	else if (want->kind == WANT_PARENT)
		text_addf(&words, " of %s", want->part);
	else if (is_on_table(want))
		text_addf(&words, ".%s", want->part);
	if (want->is_absent)
		text_add(&words, " is still there");
	else if (want->found_detail && want->kind == WANT_FUNCTION)
		text_add(&words, " has another body");
	else if (want->found_detail)
		text_addf(&words, " is %s, not %s", want->found_detail, want->detail);
	return text_take(&words);
}

/* --- what is there ---------------------------------------------------------------------------------------------- */

struct there {
	char kind;
	const char *schema, *name, *part, *detail; /* the result's */
};

static int compare_there(const void *a, const void *b)
{
	const struct there *left = a, *right = b;
	int order = left->kind - right->kind;
	if (order == 0)
		order = strcmp(left->name, right->name);
	if (order == 0)
		order = strcmp(left->part, right->part);
	return order ? order : strcmp(left->schema, right->schema);
}

static const char *text_of(const struct result *result, int row, int column)
{
	const char *text = result_text(result, row, column);
	return text ? text : "";
}

static struct there *sorted(const struct result *result)
{
	int rows = result_rows(result);
	struct there *there = mem_grow(NULL, (size_t)rows + 1, sizeof *there);
	for (int i = 0; i < rows; i++)
		there[i] = (struct there){text_of(result, i, 0)[0], text_of(result, i, 1), text_of(result, i, 2), text_of(result, i, 3),
		    text_of(result, i, 4)};
	qsort(there, (size_t)rows, sizeof *there, compare_there);
	return there;
}

static const struct there *find(const struct there *there, int rows, const struct want *want, const char *schema)
{
	const struct there key = {(char)want->kind, schema, want->name, want->part, NULL};
	return bsearch(&key, there, (size_t)rows, sizeof *there, compare_there);
}

/* Without a schema in the file: in any of the search path, as the statement that spoke of it would have found it. */
static const struct there *find_by_path(const struct adopt *adopt, const struct there *there, int rows, const struct want *want)
{
	const struct there *found = find(there, rows, want, want->schema);
	for (size_t i = 0; !found && !want->is_qualified && *want->schema && i < adopt->path.count; i++)
		found = find(there, rows, want, adopt->path.v[i]);
	return found;
}

/* The history's own table is made by recording, where it is not there yet. */
static bool is_history(const struct ledger *ledger, const struct want *want)
{
	const char *table = want->of ? want->of : want->name;
	return !ledger->has_history && strcmp(table, ledger->history_table) == 0 && strchr("rckVPND", (int)want->kind);
}

static void settle(const struct adopt *adopt, const struct there *there, int rows, struct want *want)
{
	const struct there *found = find_by_path(adopt, there, rows, want);
	if (want->is_absent) {
		want->is_found = !found;
		return;
	}
	bool is_same = found && (!want->detail || strcmp(want->detail, found->detail) == 0);
	want->is_found = is_same || is_history(adopt->ledger, want);
	if (found && !is_same)
		want->found_detail = mem_copy(found->detail);
}

/* --- asking --------------------------------------------------------------------------------------------------------- */

static void add_element(struct text *array, const char *name)
{
	text_add(array, array->length > 1 ? ",\"" : "\"");
	for (const char *c = name; *c; c++) {
		if (*c == '"' || *c == '\\')
			text_add_char(array, '\\');
		text_add_char(array, *c);
	}
	text_add_char(array, '"');
}

/* As a value of text[], each name once. */
static char *names_of(const struct adopt *adopt)
{
	struct words names = {0};
	struct text array = {0};
	for (int i = 0; i < adopt->want_count; i++)
		words_add(&names, adopt->wants[i].name);
	words_sort(&names);
	text_add_char(&array, '{');
	for (size_t i = 0; i < names.count; i++)
		if (i == 0 || strcmp(names.v[i], names.v[i - 1]) != 0)
			add_element(&array, names.v[i]);
	text_add_char(&array, '}');
	words_done(&names);
	return text_take(&array);
}

bool adopt_look_up(struct adopt *adopt, struct session *session, struct err *err)
{
	char *names = names_of(adopt);
	const char *params[] = {names};
	struct result *result = NULL;
	bool is_answered = session_query_wait(session, sql_runner_adopt_catalog, params, 1, DEADLINE_MS, &result, err);
	if (is_answered) {
		struct there *there = sorted(result);
		for (int i = 0; i < adopt->want_count; i++)
			settle(adopt, there, result_rows(result), &adopt->wants[i]);
		mem_free(there);
	}
	result_free(result);
	mem_free(names);
	return is_answered;
}
