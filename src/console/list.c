#include "pgtend/console/list.h"

#include <stdlib.h>
#include <string.h>

#include "pgtend/core/mem.h"
#include "list_internal.h"

void list_init(struct list *list, const struct list_wish *wish)
{
	memset(list, 0, sizeof(*list));
	list->wish = wish;
	list->sort = -1;
}

static void drop_filter(struct list *list)
{
	if (list->has_pattern)
		regfree(&list->pattern);
	list->has_pattern = false;
	list->is_inverse = false;
	mem_free(list->filter);
	list->filter = NULL;
}

void list_done(struct list *list)
{
	drop_filter(list);
	mem_free(list->order);
	mem_free(list->key);
	list->order = NULL;
	list->key = NULL;
	list->count = 0;
}

/* --- which columns ---------------------------------------------------------------------------- */

static const struct list_column *wish_of(const struct list *list, const char *name)
{
	for (int i = 0; list->wish && i < list->wish->column_count; i++)
		if (strcmp(list->wish->columns[i].name, name) == 0)
			return &list->wish->columns[i];
	return NULL;
}

static void add_column(struct list *list, const struct list_column *wish, int column)
{
	if (list->column_count < LIST_COLUMNS && (!wish || wish->priority != LIST_HIDDEN))
		list->columns[list->column_count++] = (struct list_shown){ wish, column, 0 };
}

static void set_shape(struct list *list, const struct table_shape *shape)
{
	list->shape = shape;
	list->column_count = 0;
	for (int i = 0; list->wish && i < list->wish->column_count; i++) {
		int column = table_column(shape, list->wish->columns[i].name);

		if (column >= 0)
			add_column(list, &list->wish->columns[i], column);
	}
	for (int i = 0; i < shape->column_count; i++)
		if (shape->columns[i].title && !wish_of(list, shape->columns[i].name))
			add_column(list, NULL, i);
	if (list->sort >= list->column_count)
		list->sort = -1;
}

const char *list_title(const struct list *list, int column)
{
	const struct list_shown *shown = &list->columns[column];

	const struct table_column *column_of = &list->shape->columns[shown->column];

	if (shown->wish && shown->wish->title)
		return shown->wish->title;
	return column_of->title ? column_of->title : column_of->name;
}

char *list_cell_text(const struct list *list, int row, int column)
{
	const struct list_shown *shown = &list->columns[column];
	char *raw, *visible;

	if (!shown->wish || !shown->wish->text)
		return table_cell_text(list->table, row, shown->column);
	raw = shown->wish->text(list->table, row);
	visible = text_visible(raw ? raw : "-");
	mem_free(raw);
	return visible;
}

/* --- which rows ------------------------------------------------------------------------------- */

static char *key_of(const struct list *list, int row)
{
	struct text key = { 0 };

	for (int i = 0; list->wish && i < LIST_KEYS && list->wish->keys[i]; i++) {
		int column = table_column(list->shape, list->wish->keys[i]);

		if (column >= 0) {
			char *cell = table_cell_text(list->table, row, column);

			text_addf(&key, "%s\n", cell);
			mem_free(cell);
		}
	}
	if (key.length == 0)
		text_addf(&key, "%d", row);
	return text_take(&key);
}

static bool passes(const struct list *list, int row)
{
	struct text line = { 0 };
	bool has_match;

	if (!list->filter)
		return true;
	for (int i = 0; i < list->column_count; i++) {
		char *cell = list_cell_text(list, row, i);

		text_addf(&line, "%s ", cell);
		mem_free(cell);
	}
	if (list->has_pattern)
		has_match = regexec(&list->pattern, text_str(&line), 0, NULL, 0) == 0;
	else
		has_match = strcasestr(text_str(&line), list->filter + list->is_inverse) != NULL;
	text_done(&line);
	return has_match != list->is_inverse;
}

static int compare_cells(const struct cell *a, const struct cell *b, enum cell_type type)
{
	switch (type) {
	case CELL_TEXT:
	case CELL_WORDS:
	case CELL_IDS:
	case CELL_OBJECTS:
		return strcmp(a->u.text ? a->u.text : "", b->u.text ? b->u.text : "");
	case CELL_REAL:
	case CELL_RATIO:
	case CELL_SECONDS:
	case CELL_MS:
		return a->u.real < b->u.real ? -1 : a->u.real > b->u.real;
	default:
		return a->u.integer < b->u.integer ? -1 : a->u.integer > b->u.integer;
	}
}

static int compare_rows(const void *left, const void *right, void *arg)
{
	const struct list *list = arg;
	int a = *(const int *)left, b = *(const int *)right, column = list->columns[list->sort].column, by;
	const struct cell *first = table_cell(list->table, a, column), *second = table_cell(list->table, b, column);

	if (first->has_value != second->has_value)
		return first->has_value ? -1 : 1; /* what is not known stands last in either direction */
	by = first->has_value ? compare_cells(first, second, list->shape->columns[column].type) : 0;
	if (by == 0)
		return a - b;
	return list->is_descending ? -by : by;
}

static void order_rows(struct list *list)
{
	int rows = list->table ? table_rows(list->table) : 0;

	list->order = mem_grow(list->order, (size_t)rows + 1, sizeof(int));
	list->count = 0;
	list->all = rows;
	for (int row = 0; row < rows; row++)
		if (passes(list, row))
			list->order[list->count++] = row;
	if (list->sort < 0 && list->wish && list->wish->is_newest_first)
		for (int i = 0, k = list->count - 1; i < k; i++, k--) {
			int row = list->order[i];

			list->order[i] = list->order[k];
			list->order[k] = row;
		}
	if (list->sort >= 0 && list->count > 1)
		qsort_r(list->order, (size_t)list->count, sizeof(int), compare_rows, list);
}

static void remember(struct list *list)
{
	int row = list_row(list);

	if (row < 0)
		return;
	mem_free(list->key);
	list->key = key_of(list, row);
}

static void find_again(struct list *list)
{
	for (int i = 0; list->key && i < list->count; i++) {
		char *key = key_of(list, list->order[i]);
		bool is_it = strcmp(key, list->key) == 0;

		mem_free(key);
		if (is_it) {
			list->cursor = i;
			return;
		}
	}
	if (list->cursor >= list->count)
		list->cursor = list->count > 0 ? list->count - 1 : 0;
}

void list_update(struct list *list, const struct table *table)
{
	list->table = table;
	if (table && table_shape(table) != list->shape)
		set_shape(list, table_shape(table));
	order_rows(list);
	find_again(list);
	if (!list->key)
		remember(list);
}

int list_row(const struct list *list)
{
	return list->table && list->cursor >= 0 && list->cursor < list->count ? list->order[list->cursor] : -1;
}

static void move_to(struct list *list, int cursor)
{
	list->cursor = cursor >= list->count ? list->count - 1 : cursor;
	if (list->cursor < 0)
		list->cursor = 0;
	remember(list);
}

void list_top(struct list *list)
{
	list->cursor = list->top = 0;
	mem_free(list->key);
	list->key = NULL;
}

bool list_select(struct list *list, int row)
{
	for (int i = 0; i < list->count; i++)
		if (list->order[i] == row) {
			move_to(list, i);
			return true;
		}
	return false;
}

void list_filter(struct list *list, const char *filter)
{
	remember(list);
	drop_filter(list);
	if (filter && *filter && strcmp(filter, "!") != 0) {
		list->filter = mem_copy(filter);
		list->is_inverse = *filter == '!';
		list->has_pattern = regcomp(&list->pattern, filter + list->is_inverse, REG_EXTENDED | REG_ICASE | REG_NOSUB) == 0;
	}
	if (list->shape)
		list_update(list, list->table);
}

void list_sort(struct list *list, int column, bool is_descending)
{
	list->sort = column < list->column_count ? column : -1;
	list->is_descending = is_descending;
	if (list->shape)
		list_update(list, list->table);
}

/* --- keys ------------------------------------------------------------------------------------- */

static bool sorts_down_first(const struct list *list, int column)
{
	enum cell_type type = list->shape->columns[list->columns[column].column].type;

	return type != CELL_TEXT && type != CELL_WORDS && type != CELL_IDS && type != CELL_OBJECTS && type != CELL_ID;
}

static void next_sort(struct list *list, int by)
{
	int column = list->sort + by;

	if (!list->shape || list->column_count == 0)
		return;
	if (column >= list->column_count)
		column = -1;
	if (column < -1)
		column = list->column_count - 1;
	list_sort(list, column, column >= 0 && sorts_down_first(list, column));
}

static void scroll_columns(struct list *list, int by)
{
	if (by > 0 && list->hidden_right == 0)
		return;
	list->left += by;
	if (list->left < 0)
		list->left = 0;
	if (list->left > list->column_count - 2)
		list->left = list->column_count > 2 ? list->column_count - 2 : 0;
}

static bool text_key(struct list *list, char c)
{
	switch (c) {
	case 'j':
		move_to(list, list->cursor + 1);
		return true;
	case 'k':
		move_to(list, list->cursor - 1);
		return true;
	case 'g':
		move_to(list, 0);
		return true;
	case 'G':
		move_to(list, list->count - 1);
		return true;
	case 'h':
		scroll_columns(list, -1);
		return true;
	case 'l':
		scroll_columns(list, 1);
		return true;
	case '<':
		next_sort(list, -1);
		return true;
	case '>':
		next_sort(list, 1);
		return true;
	case 'I':
		list_sort(list, list->sort, !list->is_descending);
		return true;
	case 'n':
		move_to(list, list->cursor + 1 >= list->count ? 0 : list->cursor + 1);
		return list->filter != NULL;
	case 'N':
		move_to(list, list->cursor == 0 ? list->count - 1 : list->cursor - 1);
		return list->filter != NULL;
	default:
		return false;
	}
}

bool list_key(struct list *list, const struct key *key)
{
	int page = list->body_rows > 1 ? list->body_rows - 1 : 1;

	switch (key->code) {
	case KEYS_DOWN:
		move_to(list, list->cursor + 1);
		return true;
	case KEYS_UP:
		move_to(list, list->cursor - 1);
		return true;
	case KEYS_WHEEL_DOWN:
		move_to(list, list->cursor + 3);
		return true;
	case KEYS_WHEEL_UP:
		move_to(list, list->cursor - 3);
		return true;
	case KEYS_PAGE_DOWN:
		move_to(list, list->cursor + page);
		return true;
	case KEYS_PAGE_UP:
		move_to(list, list->cursor - page);
		return true;
	case KEYS_HOME:
		move_to(list, 0);
		return true;
	case KEYS_END:
		move_to(list, list->count - 1);
		return true;
	case KEYS_LEFT:
		scroll_columns(list, -1);
		return true;
	case KEYS_RIGHT:
		scroll_columns(list, 1);
		return true;
	case KEYS_CONTROL:
		if (key->text[0] == 'f' || key->text[0] == 'b') {
			move_to(list, list->cursor + (key->text[0] == 'f' ? page : -page));
			return true;
		}
		return false;
	case KEYS_TEXT:
		return !key->is_alt && key->text[1] == '\0' && text_key(list, key->text[0]);
	default:
		return false;
	}
}
