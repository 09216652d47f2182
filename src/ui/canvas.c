#include "pgtend/ui/canvas.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "pgtend/core/mem.h"
#include "pgtend/core/text.h"
#include "pgtend/core/width.h"

enum { CELL_BYTES = 32 };

struct cell_square {
	char text[CELL_BYTES]; /* "" is the right half of the wide character before it */
	unsigned char style;
};

struct canvas {
	struct cell_square *cells; /* of the root */
	int stride;                /* columns of the root */
	int row, col;              /* origin in the root */
	int rows, cols;
	bool is_root;
};

struct canvas *canvas_new(int rows, int cols)
{
	struct canvas *canvas = MEM_NEW(struct canvas);

	canvas->rows = rows < 0 ? 0 : rows;
	canvas->cols = cols < 0 ? 0 : cols;
	canvas->stride = canvas->cols;
	canvas->is_root = true;
	canvas->cells = mem_new(sizeof(*canvas->cells) * (size_t)(canvas->rows * canvas->cols + 1));
	canvas_clear(canvas);
	return canvas;
}

void canvas_free(struct canvas *canvas)
{
	if (!canvas)
		return;
	if (canvas->is_root)
		mem_free(canvas->cells);
	mem_free(canvas);
}

static int clamp(int value, int least, int most)
{
	return value < least ? least : value > most ? most : value;
}

struct canvas *canvas_sub(struct canvas *parent, int row, int col, int rows, int cols)
{
	struct canvas *canvas = MEM_NEW(struct canvas);
	int top = clamp(row, 0, parent->rows), left = clamp(col, 0, parent->cols);

	canvas->cells = parent->cells;
	canvas->stride = parent->stride;
	canvas->row = parent->row + top;
	canvas->col = parent->col + left;
	canvas->rows = clamp(rows - (top - row), 0, parent->rows - top);
	canvas->cols = clamp(cols - (left - col), 0, parent->cols - left);
	return canvas;
}

int canvas_rows(const struct canvas *canvas)
{
	return canvas->rows;
}

int canvas_cols(const struct canvas *canvas)
{
	return canvas->cols;
}

static struct cell_square *square(const struct canvas *canvas, int row, int col)
{
	return &canvas->cells[(canvas->row + row) * canvas->stride + canvas->col + col];
}

static bool is_inside(const struct canvas *canvas, int row, int col)
{
	return row >= 0 && row < canvas->rows && col >= 0 && col < canvas->cols;
}

/* Half a wide character must never stay behind: its other half becomes a blank. The neighbour may lie outside this window. */
static void part_wide(const struct canvas *canvas, int row, int col)
{
	struct cell_square *here = square(canvas, row, col);
	int root_col = canvas->col + col;

	if (here->text[0] == '\0' && root_col > 0)
		strcpy(here[-1].text, " ");
	if (root_col + 1 < canvas->stride && here->text[0] != '\0' && here[1].text[0] == '\0')
		strcpy(here[1].text, " ");
}

static void set_square(const struct canvas *canvas, int row, int col, enum style style, const char *bytes, size_t length)
{
	struct cell_square *cell = square(canvas, row, col);

	part_wide(canvas, row, col);
	if (length >= CELL_BYTES)
		length = CELL_BYTES - 1;
	memcpy(cell->text, bytes, length);
	cell->text[length] = '\0';
	cell->style = (unsigned char)style;
}

/* A whole canvas is blanked at each frame: nothing stands beside it that could be cut in half. */
static void clear_root(struct canvas *canvas)
{
	static const struct cell_square blank = { .text = " ", .style = STYLE_PLAIN };

	for (int i = 0; i < canvas->rows * canvas->cols; i++)
		canvas->cells[i] = blank;
}

void canvas_clear(struct canvas *canvas)
{
	if (canvas->is_root) {
		clear_root(canvas);
		return;
	}
	for (int row = 0; row < canvas->rows; row++)
		canvas_fill(canvas, row, 0, canvas->cols, STYLE_PLAIN, ' ');
}

void canvas_paste(struct canvas *canvas, int row, int col, const struct canvas *image)
{
	int cols = clamp(image->cols, 0, canvas->cols - col);

	for (int i = 0; i < image->rows && row + i < canvas->rows && cols > 0; i++) {
		part_wide(canvas, row + i, col);
		part_wide(canvas, row + i, col + cols - 1);
		memcpy(square(canvas, row + i, col), square(image, i, 0), sizeof(struct cell_square) * (size_t)cols);
	}
}

/* A combining mark belongs to the character before it; one that no longer fits its cell is left out. */
static void add_mark(const struct canvas *canvas, int row, int col, const char *bytes, size_t length)
{
	struct cell_square *cell = square(canvas, row, col);
	size_t had;

	if (cell->text[0] == '\0' && canvas->col + col > 0)
		cell--;
	had = strlen(cell->text);
	if (had + length < CELL_BYTES) {
		memcpy(cell->text + had, bytes, length);
		cell->text[had + length] = '\0';
	}
}

int canvas_put(struct canvas *canvas, int row, int col, enum style style, const char *text)
{
	int at = col, cols, last = -1;
	unsigned code;
	size_t length;

	if (row < 0 || row >= canvas->rows)
		return text ? width_cols(text) : 0;
	while (text && (length = width_next(text, &code, &cols)) > 0) {
		if (code < 0x20 || (code >= 0x7f && code < 0xa0) || code == 0xfffd) {
			if (is_inside(canvas, row, at))
				set_square(canvas, row, at, style, "?", 1);
			cols = 1;
		} else if (cols == 0) {
			if (last >= 0)
				add_mark(canvas, row, last, text, length);
		} else if (cols == 2 && is_inside(canvas, row, at) && is_inside(canvas, row, at + 1)) {
			set_square(canvas, row, at, style, text, length);
			set_square(canvas, row, at + 1, style, " ", 1);
			square(canvas, row, at + 1)->text[0] = '\0';
			last = at;
		} else if (cols == 2) {
			for (int half = at; half < at + 2; half++)
				if (is_inside(canvas, row, half))
					set_square(canvas, row, half, style, " ", 1);
			last = -1;
		} else if (is_inside(canvas, row, at)) {
			set_square(canvas, row, at, style, text, length);
			last = at;
		} else {
			last = -1;
		}
		at += cols;
		text += length;
	}
	return at - col;
}

int canvas_putf(struct canvas *canvas, int row, int col, enum style style, const char *format, ...)
{
	va_list args;
	char *text;
	int cols;

	va_start(args, format);
	text = mem_vformat(format, args);
	va_end(args);
	cols = canvas_put(canvas, row, col, style, text);
	mem_free(text);
	return cols;
}

void canvas_field(struct canvas *canvas, int row, int col, int cols, enum style style, bool is_right, const char *text)
{
	char cut[1024];
	int used;

	if (cols <= 0)
		return;
	used = width_cut(cut, sizeof(cut), text ? text : "", cols);
	canvas_fill(canvas, row, col, cols, style, ' ');
	canvas_put(canvas, row, is_right ? col + cols - used : col, style, cut);
}

void canvas_repeat(struct canvas *canvas, int row, int col, int cols, enum style style, const char *glyph)
{
	size_t length = strlen(glyph);

	if (row < 0 || row >= canvas->rows)
		return;
	for (int at = clamp(col, 0, canvas->cols); at < col + cols && at < canvas->cols; at++)
		set_square(canvas, row, at, style, glyph, length);
}

void canvas_fill(struct canvas *canvas, int row, int col, int cols, enum style style, char c)
{
	char glyph[2] = { c, '\0' };

	canvas_repeat(canvas, row, col, cols, style, glyph);
}

void canvas_copy(struct canvas *canvas, int row, int col, const struct canvas *from)
{
	for (int r = 0; r < from->rows; r++)
		for (int c = 0; c < from->cols; c++)
			if (is_inside(canvas, row + r, col + c))
				*square(canvas, row + r, col + c) = *square(from, r, c);
}

void canvas_restyle(struct canvas *canvas, int row, int col, int cols, enum style style)
{
	for (int at = col; at < col + cols; at++)
		if (is_inside(canvas, row, at))
			square(canvas, row, at)->style = (unsigned char)style;
}

void canvas_style_row(struct canvas *canvas, int row, enum style style)
{
	canvas_restyle(canvas, row, 0, canvas->cols, style);
}

char *canvas_text(const struct canvas *canvas)
{
	struct text out = { 0 };

	for (int row = 0; row < canvas->rows; row++) {
		struct text line = { 0 };
		size_t end;

		for (int col = 0; col < canvas->cols; col++)
			text_add(&line, square(canvas, row, col)->text);
		end = line.length;
		while (end > 0 && line.s[end - 1] == ' ')
			end--;
		text_add_n(&out, text_str(&line), end);
		text_add_char(&out, '\n');
		text_done(&line);
	}
	return text_take(&out);
}

const char *canvas_cell(const struct canvas *canvas, int row, int col, enum style *style)
{
	const struct cell_square *cell;

	if (!is_inside(canvas, row, col))
		return "";
	cell = square(canvas, row, col);
	if (style)
		*style = (enum style)cell->style;
	return cell->text;
}
