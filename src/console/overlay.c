#include "pgtend/console/overlay.h"

#include <stdarg.h>
#include <string.h>

#include "pgtend/core/mem.h"
#include "pgtend/core/text.h"
#include "pgtend/core/width.h"
#include "pgtend/ui/theme.h"

enum { FIELD_COLS = 26 };

struct overlay *overlay_new(enum overlay_kind kind, const char *title)
{
	static unsigned last;
	struct overlay *overlay = MEM_NEW(struct overlay);

	overlay->serial = ++last;
	overlay->kind = kind;
	overlay->title = text_visible(title);
	list_init(&overlay->list, NULL);
	return overlay;
}

void overlay_clear(struct overlay *overlay)
{
	for (size_t i = 0; i < overlay->line_count; i++)
		mem_free(overlay->lines[i].text);
	mem_free(overlay->lines);
	overlay->lines = NULL;
	overlay->line_count = 0;
}

void overlay_free(struct overlay *overlay)
{
	if (!overlay)
		return;
	overlay_clear(overlay);
	list_done(&overlay->list);
	table_free(overlay->table);
	words_done(&overlay->foot);
	mem_free(overlay->filter);
	mem_free(overlay->title);
	mem_free(overlay);
}

static void add_line(struct overlay *overlay, enum style style, int indent, char *text)
{
	overlay->lines = mem_grow(overlay->lines, overlay->line_count + 1, sizeof(*overlay->lines));
	overlay->lines[overlay->line_count++] = (struct overlay_line){ text, style, indent };
}

/* Each line of a raw text made visible by itself. */
static void add_lines(struct overlay *overlay, enum style style, int indent, const char *head, const char *raw)
{
	const char *from = raw;

	for (;;) {
		const char *end = strchr(from, '\n');
		char *part = end ? mem_copy_n(from, (size_t)(end - from)) : mem_copy(from);
		char *visible = text_visible(part);

		for (char *tab = strstr(visible, "\\t"); tab; tab = strstr(tab, "\\t"))
			memcpy(tab, "  ", 2);
		if (from == raw)
			add_line(overlay, style, indent, mem_format("%s%s", head, visible));
		else
			add_line(overlay, style, indent, mem_format("%*s%s", *head ? indent : 0, "", visible));
		mem_free(visible);
		mem_free(part);
		if (!end)
			return;
		from = end + 1;
	}
}

void overlay_add(struct overlay *overlay, enum style style, const char *format, ...)
{
	va_list args;
	char *raw;

	va_start(args, format);
	raw = mem_vformat(format, args);
	va_end(args);
	add_lines(overlay, style, 2, "", raw);
	mem_free(raw);
}

void overlay_line(struct overlay *overlay, enum style style, int indent, const char *raw)
{
	add_lines(overlay, style, indent, "", raw);
}

void overlay_field(struct overlay *overlay, enum style style, const char *name, const char *value)
{
	int pad = FIELD_COLS - width_cols(name);
	char *head = mem_format("%s%*s", name, pad > 1 ? pad : 1, "");

	add_lines(overlay, style, FIELD_COLS, head, value);
	mem_free(head);
}

void overlay_rows(struct overlay *overlay, struct table *table)
{
	overlay->table = table;
	list_update(&overlay->list, table);
}

void overlay_row(struct overlay *overlay, const struct table *table, int row)
{
	const struct table_shape *shape = table_shape(table);

	for (int column = 0; column < shape->column_count; column++) {
		char *value = table_cell_text(table, row, column);
		const struct cell *cell = table_cell(table, row, column);

		overlay_field(overlay, cell->has_value ? STYLE_PLAIN : STYLE_DIM, shape->columns[column].name, value);
		mem_free(value);
	}
	overlay_add(overlay, STYLE_PLAIN, "%s", "");
	overlay_add(overlay, STYLE_TITLE, "what the columns mean");
	for (int column = 0; column < shape->column_count; column++)
		if (shape->columns[column].doc)
			overlay_field(overlay, STYLE_DIM, shape->columns[column].name, shape->columns[column].doc);
}

void overlay_filter(struct overlay *overlay, const char *filter)
{
	if (overlay->kind == OVERLAY_ROWS) {
		list_filter(&overlay->list, filter);
		return;
	}
	mem_free(overlay->filter);
	overlay->filter = filter && *filter ? mem_copy(filter) : NULL;
	overlay->top = 0;
}

/* --- keys ------------------------------------------------------------------------------------- */

static void scroll_to(struct overlay *overlay, int top)
{
	int last = overlay->text_rows - overlay->body_rows;

	overlay->top = top > last ? last : top;
	if (overlay->top < 0)
		overlay->top = 0;
}

static bool move_by(struct overlay *overlay, int by)
{
	int last = (int)overlay->line_count - 1;

	if (overlay->kind != OVERLAY_MENU) {
		scroll_to(overlay, overlay->top + by);
		return true;
	}
	overlay->cursor += by;
	if (overlay->cursor > last)
		overlay->cursor = last;
	if (overlay->cursor < 0)
		overlay->cursor = 0;
	return true;
}

bool overlay_key(struct overlay *overlay, const struct key *key)
{
	int page = overlay->body_rows > 1 ? overlay->body_rows - 1 : 1, far = 1 << 20;
	char c = key->code == KEYS_TEXT && !key->is_alt ? key->text[0] : '\0';

	if (overlay->kind == OVERLAY_ROWS)
		return list_key(&overlay->list, key);
	if (key->code == KEYS_DOWN || c == 'j')
		return move_by(overlay, 1);
	if (key->code == KEYS_UP || c == 'k')
		return move_by(overlay, -1);
	if (key->code == KEYS_WHEEL_DOWN)
		return move_by(overlay, 3);
	if (key->code == KEYS_WHEEL_UP)
		return move_by(overlay, -3);
	if (key->code == KEYS_PAGE_DOWN || c == ' ')
		return move_by(overlay, page);
	if (key->code == KEYS_PAGE_UP)
		return move_by(overlay, -page);
	if (key->code == KEYS_HOME || c == 'g')
		return move_by(overlay, -far);
	if (key->code == KEYS_END || c == 'G')
		return move_by(overlay, far);
	return false;
}

/* --- drawing ---------------------------------------------------------------------------------- */

static int smaller(int a, int b)
{
	return a < b ? a : b;
}

struct canvas *overlay_box(struct canvas *canvas, int rows, int cols, const char *title, enum style style)
{
	int all_rows = canvas_rows(canvas), all_cols = canvas_cols(canvas);
	struct canvas *box, *inside;
	bool has_border;

	rows = smaller(rows + 2, all_rows);
	cols = smaller(cols + 4, all_cols);
	has_border = rows >= 4 && cols >= 12;
	box = canvas_sub(canvas, (all_rows - rows) / 2, (all_cols - cols) / 2, rows, cols);
	canvas_clear(box);
	if (!has_border)
		return box;
	for (int row = 0; row < rows; row++) {
		canvas_put(box, row, 0, style, theme_glyph(GLYPH_VERTICAL));
		canvas_put(box, row, cols - 1, style, theme_glyph(GLYPH_VERTICAL));
	}
	canvas_repeat(box, 0, 0, cols, style, theme_glyph(GLYPH_HORIZONTAL));
	canvas_repeat(box, rows - 1, 0, cols, style, theme_glyph(GLYPH_HORIZONTAL));
	canvas_put(box, 0, 0, style, theme_glyph(GLYPH_TOP_LEFT));
	canvas_put(box, 0, cols - 1, style, theme_glyph(GLYPH_TOP_RIGHT));
	canvas_put(box, rows - 1, 0, style, theme_glyph(GLYPH_BOTTOM_LEFT));
	canvas_put(box, rows - 1, cols - 1, style, theme_glyph(GLYPH_BOTTOM_RIGHT));
	canvas_field(box, 0, 2, smaller(width_cols(title) + 2, cols - 4), STYLE_FOCUS, false, "");
	canvas_field(box, 0, 3, smaller(width_cols(title), cols - 6), STYLE_FOCUS, false, title);
	inside = canvas_sub(box, 1, 2, rows - 2, cols - 4);
	canvas_free(box);
	return inside;
}

/* Draws (canvas not NULL) or counts the screen lines of one line; `row` is where it would begin. */
static int lay_line(const struct overlay_line *line, struct canvas *canvas, int cols, int row)
{
	const char *s = line->text;
	int used = 0;

	do {
		int indent = used == 0 || line->indent * 2 > cols ? 0 : line->indent;
		size_t length = width_wrap(s, cols - indent);

		if (canvas && row + used >= 0 && row + used < canvas_rows(canvas)) {
			char *part = mem_copy_n(s, length);

			canvas_put(canvas, row + used, indent, line->style, part);
			mem_free(part);
		}
		s += length;
		s += strspn(s, " ");
		used++;
	} while (*s);
	return used;
}

static bool is_wanted(const struct overlay *overlay, const struct overlay_line *line)
{
	return !overlay->filter || strcasestr(line->text, overlay->filter);
}

static int lay_lines(const struct overlay *overlay, struct canvas *canvas, int cols)
{
	int rows = 0;

	for (size_t i = 0; i < overlay->line_count; i++)
		if (is_wanted(overlay, &overlay->lines[i]))
			rows += lay_line(&overlay->lines[i], canvas, cols, rows - overlay->top);
	return rows;
}

static int widest(const struct overlay *overlay)
{
	int cols = width_cols(overlay->title) + 4;

	for (size_t i = 0; i < overlay->line_count; i++) {
		int width = width_cols(overlay->lines[i].text);

		cols = width > cols ? width : cols;
	}
	return cols;
}

static void draw_place(const struct overlay *overlay, struct canvas *canvas, const struct canvas *inside)
{
	int rows = canvas_rows(canvas), cols = canvas_cols(canvas);
	int bottom = (rows + canvas_rows(inside)) / 2, right = (cols + canvas_cols(inside)) / 2;
	int below = overlay->text_rows - overlay->top - overlay->body_rows;

	if (overlay->top > 0 || below > 0)
		canvas_putf(canvas, bottom < rows ? bottom : rows - 1, right - 26 > 0 ? right - 26 : 0, STYLE_DIM, " %d above, %d below ",
			overlay->top, below > 0 ? below : 0);
}

static void draw_text(struct overlay *overlay, struct canvas *canvas)
{
	int most_cols = canvas_cols(canvas) - 4, cols = smaller(widest(overlay), smaller(most_cols, 110)), rows;
	struct canvas *inside;

	if (cols < 8)
		cols = canvas_cols(canvas);
	rows = smaller(lay_lines(overlay, NULL, cols), canvas_rows(canvas) - 2);
	inside = overlay_box(canvas, rows > 1 ? rows : 1, cols, overlay->title, STYLE_BORDER);
	overlay->body_rows = canvas_rows(inside);
	overlay->text_rows = lay_lines(overlay, NULL, canvas_cols(inside));
	if (overlay->kind == OVERLAY_MENU) {
		if (overlay->cursor < overlay->top)
			overlay->top = overlay->cursor;
		if (overlay->cursor >= overlay->top + overlay->body_rows)
			overlay->top = overlay->cursor - overlay->body_rows + 1;
	}
	scroll_to(overlay, overlay->top);
	lay_lines(overlay, inside, canvas_cols(inside));
	if (overlay->kind == OVERLAY_MENU)
		canvas_style_row(inside, overlay->cursor - overlay->top, STYLE_SELECTED);
	draw_place(overlay, canvas, inside);
	canvas_free(inside);
}

static void draw_rows(struct overlay *overlay, struct canvas *canvas)
{
	int foot = (int)overlay->foot.count, rows = table_rows(overlay->table) + 2 + (foot > 0 ? foot + 1 : 0);
	struct canvas *inside, *body;
	char *status;

	list_update(&overlay->list, overlay->table);
	if (rows < 4)
		rows = 4;
	inside = overlay_box(canvas, smaller(rows, canvas_rows(canvas) - 2), canvas_cols(canvas) - 4, overlay->title, STYLE_BORDER);
	if (foot > canvas_rows(inside) / 2)
		foot = canvas_rows(inside) / 2;
	body = canvas_sub(inside, 0, 0, canvas_rows(inside) - 1 - (foot > 0 ? foot + 1 : 0), canvas_cols(inside));
	if (table_rows(overlay->table) == 0)
		canvas_put(body, 0, 0, STYLE_DIM, "no rows");
	else
		list_draw(&overlay->list, body, true);
	for (int i = 0; i < foot; i++)
		canvas_field(inside, canvas_rows(body) + 1 + i, 0, canvas_cols(inside), STYLE_PLAIN, false, overlay->foot.v[i]);
	status = list_status(&overlay->list);
	canvas_put(inside, canvas_rows(inside) - 1, 0, STYLE_DIM, status);
	mem_free(status);
	canvas_free(body);
	canvas_free(inside);
}

void overlay_draw(struct overlay *overlay, struct canvas *canvas)
{
	if (overlay->kind == OVERLAY_ROWS)
		draw_rows(overlay, canvas);
	else
		draw_text(overlay, canvas);
}
