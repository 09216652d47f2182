/* The rows that the server told become the tree: depth, parent, releases, the minimum set. */
#include <stdlib.h>
#include <string.h>

#include "internal.h"
#include "pgtend/core/mem.h"
#include "pgtend/core/text.h"
#include "pgtend/core/units.h"
#include "pgtend/sessions/tree.h"

static bool is_same(const char *a, const char *b)
{
	return a != NULL && b != NULL && strcmp(a, b) == 0;
}

/* The row whose number in that column is this one; -1: it is not there, or ended meanwhile. */
static int find(const struct table *flat, const char *column, const char *word)
{
	int64_t number = 0;
	if (!units_parse_int(word, &number) || number == 0)
		return -1;
	for (int row = 0; row < table_rows(flat); row++)
		if (table_get_int(flat, row, column, 0) == number)
			return row;
	return -1;
}

static void split(const struct table *flat, int row, const char *column, struct words *words)
{
	const char *text = table_get_text(flat, row, column);
	if (text != NULL)
		words_split(words, text, "\n");
}

static void block_by(struct tree *tree, const struct table *flat, int row, const char *blockers, const char *column)
{
	struct words numbers = {0}, queued = {0};
	split(flat, row, blockers, &numbers);
	split(flat, row, "queued_behind", &queued);
	for (size_t i = 0; i < numbers.count; i++) {
		int blocker = find(flat, column, numbers.v[i]);
		if (blocker >= 0)
			tree_block(tree, row, blocker, words_has(&queued, numbers.v[i]));
	}
	words_done(&numbers);
	words_done(&queued);
}

/* A session that is idle has no query to cancel, and keeps its locks. */
static const char *end_by(const struct table *flat, int row)
{
	const char *state = table_get_text(flat, row, "state"), *type = table_get_text(flat, row, "backend_type");
	if (table_get_text(flat, row, "prepared") != NULL)
		return "rollback prepared";
	if (is_same(type, "startup"))
		return "nothing";
	if (state != NULL && strcmp(state, "active") != 0 && strcmp(state, "fastpath function call") != 0)
		return "terminate";
	return "cancel";
}

/* Deeper than that the number says it: a chain of thirty would leave no room for who stands in it. */
enum { MOST_INDENT = 6 };

static void set_tree(struct table *table, int row, int depth)
{
	const char *gid = table_get_text(table, row, "prepared");
	struct text text = {0};
	text_addf(&text, "%*s", 2 * (depth < MOST_INDENT ? depth : MOST_INDENT), "");
	if (depth > MOST_INDENT)
		text_addf(&text, "(%d) ", depth);
	if (gid != NULL)
		text_add(&text, gid);
	else
		text_addf(&text, "%lld", (long long)table_get_int(table, row, "pid", 0));
	table_set_text(table, row, "tree", text_str(&text));
	text_done(&text);
}

static void set_row(const struct tree *tree, const struct table *flat, int node, struct table *table)
{
	int row = table_add_row(table), parent = tree_parent(tree, node);
	table_copy_row(table, row, flat, node);
	set_tree(table, row, tree_depth(tree, node));
	table_set_int(table, row, "depth", tree_depth(tree, node));
	if (parent >= 0)
		table_set_int(table, row, "parent", table_get_int(flat, parent, "pid", 0));
	table_set_int(table, row, "releases", tree_releases(tree, node));
	table_set_int(table, row, "is_circle", tree_is_circle(tree, node));
	table_set_text(table, row, "end_by", end_by(flat, node));
	for (int place = 0; place < tree_set_count(tree); place++) {
		int released;
		if (tree_set(tree, place, &released) != node)
			continue;
		table_set_int(table, row, "set_place", place + 1);
		table_set_int(table, row, "set_releases", released);
	}
}

struct table *sessions_plant(const struct table *flat)
{
	int count = table_rows(flat);
	struct tree *tree = tree_new(count);
	struct table *table = table_new(table_shape(flat));
	for (int row = 0; row < count; row++) {
		block_by(tree, flat, row, "blocked_by", "pid");
		block_by(tree, flat, row, "blocked_by_xids", "prepared_xid");
	}
	tree_settle(tree);
	for (int place = 0; place < count; place++)
		set_row(tree, flat, tree_at(tree, place), table);
	tree_free(tree);
	return table;
}
