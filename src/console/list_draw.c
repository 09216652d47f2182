/* How a list looks: which columns fit, how wide they are, the rows around the cursor. */
#include <string.h>

#include "list_internal.h"
#include "pgtend/core/mem.h"
#include "pgtend/core/width.h"
#include "pgtend/ui/theme.h"

enum { GUTTER_COLS = 3 /* pointer, mark, blank */, GAP_COLS = 2, USUAL_MOST_COLS = 40, GROWING_LEAST_COLS = 16, HARDLY_MATTERS = 4 };

struct fitted { int column, col, width; };
struct fit {
	struct fitted columns[LIST_COLUMNS];
	int count;
};

static bool is_right(const struct list *list, int column)
{
	const struct list_shown *shown = &list->columns[column];
	enum cell_type type = list->shape->columns[shown->column].type;

	return type != CELL_TEXT && type != CELL_WORDS && type != CELL_IDS && type != CELL_OBJECTS && type != CELL_BOOL && type != CELL_TIME;
}

static int priority(const struct list *list, int column)
{
	const struct list_shown *shown = &list->columns[column];

	return shown->wish ? shown->wish->priority : list->shape->columns[shown->column].priority;
}

/* Rows of a verb come without wishes: the last text that is always shown is what they say (a query, a finding). */
static int last_text(const struct list *list)
{
	for (int c = list->column_count - 1; c > 0; c--)
		if (priority(list, c) == 0 && list->shape->columns[list->columns[c].column].type == CELL_TEXT)
			return c;
	return -1;
}

static bool grows(const struct list *list, int column)
{
	const struct list_shown *shown = &list->columns[column];

	return shown->wish ? shown->wish->grows : !list->wish && column == last_text(list);
}

static bool draws(const struct list *list, int column)
{
	return list->columns[column].wish && list->columns[column].wish->draw;
}

/* is_generous: a column that grows is given what it would like; else it is content with its least. */
static int wanted(const struct list *list, int column, bool is_generous)
{
	const struct list_shown *shown = &list->columns[column];
	int most = shown->wish && shown->wish->most_cols > 0 ? shown->wish->most_cols : USUAL_MOST_COLS;
	int title = width_cols(list_title(list, column)) + (list->sort == column ? 1 : 0);
	int width = shown->width > title ? shown->width : title;
	int least = shown->wish && shown->wish->least_cols > 0 ? shown->wish->least_cols : GROWING_LEAST_COLS;

	if (grows(list, column) && !is_generous)
		return width < least ? width : least;
	return width < most ? width : most < title ? title : most;
}

/* Widths only grow, so that columns do not jump from refresh to refresh. */
static void measure(struct list *list)
{
	for (int i = list->top; i < list->count && i < list->top + list->body_rows; i++)
		for (int c = 0; c < list->column_count; c++) {
			char *cell = list_cell_text(list, list->order[i], c);
			int width = draws(list, c) ? list->columns[c].wish->most_cols : width_cols(cell);

			if (width > list->columns[c].width)
				list->columns[c].width = width;
			mem_free(cell);
		}
}

static int total(const struct list *list, const bool *is_out, bool is_generous)
{
	int sum = 0;

	for (int c = 0; c < list->column_count; c++)
		if (!is_out[c])
			sum += wanted(list, c, is_generous) + (sum > 0 ? GAP_COLS : 0);
	return sum;
}

/* Drops the columns that matter least, the rightmost first, until the rest fits. What hardly matters (`from` and above)
 * goes before a column that grows is cut. */
static void drop_least(const struct list *list, int room, int from, bool is_generous, bool *is_out)
{
	while (total(list, is_out, is_generous) > room) {
		int least = -1;

		for (int c = 1; c < list->column_count; c++)
			if (!is_out[c] && priority(list, c) >= from && (least < 0 || priority(list, c) >= priority(list, least)))
				least = c;
		if (least < 0)
			return;
		is_out[least] = true;
	}
}

/* Scrolled sideways: the first column stays, the others come in their order from `left` on. */
static void take_in_order(const struct list *list, int room, bool *is_out)
{
	int used = wanted(list, 0, false);

	for (int c = 1; c < list->column_count; c++) {
		int width = wanted(list, c, false) + GAP_COLS;

		is_out[c] = c <= list->left || used + width > room;
		if (c > list->left)
			used += width; /* counted on past the edge, so that nothing behind it slips in */
	}
	if (list->left + 1 < list->column_count)
		is_out[list->left + 1] = false;
}

static void count_hidden(struct list *list, const bool *is_out)
{
	list->hidden_left = list->hidden_right = 0;
	for (int c = 1; c < list->column_count; c++)
		if (is_out[c] && list->left > 0 && c <= list->left)
			list->hidden_left++;
		else if (is_out[c])
			list->hidden_right++;
}

/* The column that takes the spare width: one that draws, else the first that grows. -1: none. */
static int spare_taker(const struct list *list, const bool *is_out)
{
	int taker = -1;

	for (int c = list->column_count - 1; c >= 0; c--)
		if (!is_out[c] && grows(list, c) && (taker < 0 || !draws(list, taker)))
			taker = c;
	return taker;
}

static void fit_columns(struct list *list, int cols, struct fit *fit)
{
	bool is_out[LIST_COLUMNS] = { false };
	int room = cols - GUTTER_COLS, col = GUTTER_COLS, spare, taker;

	fit->count = 0;
	if (list->column_count == 0)
		return;
	if (list->left > 0) {
		take_in_order(list, room, is_out);
	} else {
		drop_least(list, room, HARDLY_MATTERS, true, is_out);
		drop_least(list, room, 0, false, is_out);
	}
	count_hidden(list, is_out);
	spare = room - total(list, is_out, false);
	taker = spare_taker(list, is_out);
	for (int c = 0; c < list->column_count; c++) {
		int width = wanted(list, c, false);

		if (is_out[c])
			continue;
		if (c == taker && spare > 0)
			width += spare;
		fit->columns[fit->count++] = (struct fitted){ c, col, col + width > cols ? cols - col : width };
		col += width + GAP_COLS;
	}
}

static void draw_headings(const struct list *list, struct canvas *canvas, const struct fit *fit)
{
	canvas_fill(canvas, 0, 0, canvas_cols(canvas), STYLE_HEADER, ' ');
	for (int i = 0; i < fit->count; i++) {
		const struct fitted *at = &fit->columns[i];
		const char *arrow = list->sort != at->column ? "" : theme_glyph(list->is_descending ? GLYPH_DOWN : GLYPH_UP);
		char *title = mem_format("%s%s", list_title(list, at->column), arrow);

		canvas_field(canvas, 0, at->col, at->width, STYLE_HEADER, is_right(list, at->column), title);
		mem_free(title);
	}
}

static void draw_row(const struct list *list, struct canvas *canvas, const struct fit *fit, int at_row, int row, bool is_cursor, bool is_focused)
{
	enum style mark_style = STYLE_PLAIN;
	char mark = list->wish && list->wish->mark ? list->wish->mark(list->table, row, &mark_style) : ' ';

	if (is_cursor)
		canvas_put(canvas, at_row, 0, STYLE_KEY, theme_glyph(GLYPH_POINTER));
	canvas_putf(canvas, at_row, 1, mark_style, "%c", mark);
	for (int i = 0; i < fit->count; i++) {
		const struct fitted *at = &fit->columns[i];
		const struct list_column *wish = list->columns[at->column].wish;
		enum style style = wish && wish->style ? wish->style(list->table, row) : STYLE_PLAIN;
		char *cell;

		if (wish && wish->draw) {
			wish->draw(list->table, row, canvas, at_row, at->col, at->width);
			continue;
		}
		cell = list_cell_text(list, row, at->column);
		if (style == STYLE_PLAIN && strcmp(cell, "-") == 0)
			style = STYLE_DIM;
		canvas_field(canvas, at_row, at->col, at->width, style, is_right(list, at->column), cell);
		mem_free(cell);
	}
	if (is_cursor && is_focused)
		canvas_style_row(canvas, at_row, STYLE_SELECTED);
}

static void keep_cursor_seen(struct list *list)
{
	if (list->cursor < list->top)
		list->top = list->cursor;
	if (list->body_rows > 0 && list->cursor >= list->top + list->body_rows)
		list->top = list->cursor - list->body_rows + 1;
	if (list->top > 0 && list->top + list->body_rows > list->count)
		list->top = list->count > list->body_rows ? list->count - list->body_rows : 0;
}

void list_draw(struct list *list, struct canvas *canvas, bool is_focused)
{
	struct fit fit;

	list->body_rows = canvas_rows(canvas) - 1;
	if (!list->table || list->body_rows < 0)
		return;
	keep_cursor_seen(list);
	measure(list);
	fit_columns(list, canvas_cols(canvas), &fit);
	draw_headings(list, canvas, &fit);
	for (int i = 0; i < list->body_rows && list->top + i < list->count; i++)
		draw_row(list, canvas, &fit, i + 1, list->order[list->top + i], list->top + i == list->cursor, is_focused);
}

bool list_click(struct list *list, int canvas_row)
{
	int at = list->top + canvas_row - 1;

	if (canvas_row < 1 || at >= list->count)
		return false;
	return list_select(list, list->order[at]);
}

char *list_status(const struct list *list)
{
	struct text out = { 0 };
	const char *arrow = theme_glyph(list->is_descending ? GLYPH_DOWN : GLYPH_UP);

	if (list->filter) {
		char *visible = text_visible(list->filter);

		text_addf(&out, "/%s %d of %d", visible, list->count, list->all);
		mem_free(visible);
	} else if (list->count > list->body_rows) {
		text_addf(&out, "%d of %d", list->cursor + 1, list->count);
	}
	if (list->sort >= 0 && list->shape)
		text_addf(&out, "%sby %s%s", out.length ? "  " : "", list_title(list, list->sort), arrow);
	if (list->hidden_left > 0)
		text_addf(&out, "%s%s +%d", out.length ? "  " : "", theme_glyph(GLYPH_LESS), list->hidden_left);
	if (list->hidden_right > 0)
		text_addf(&out, "%s+%d cols %s", out.length ? "  " : "", list->hidden_right, theme_glyph(GLYPH_MORE));
	return text_take(&out);
}
