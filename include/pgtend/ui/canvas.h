/* ui/canvas.h - a grid of cells that panes draw on. No terminal needed: tests read it as text.
 *
 * A canvas may be a window onto another (canvas_sub): own origin, clipped. Text must be visible already
 * (text_visible); a control byte that slipped through is drawn as a question mark. Text may begin left of
 * column 0: what lies outside is left out.
 */
#ifndef PGTEND_UI_CANVAS_H
#define PGTEND_UI_CANVAS_H

#include <stdbool.h>

/* What a cell means; the theme says how it looks. Meaning is never colour alone. */
enum style {
	STYLE_PLAIN, STYLE_DIM, STYLE_BOLD, STYLE_TITLE, STYLE_HEADER, STYLE_SELECTED, STYLE_BORDER,
	STYLE_OK, STYLE_WARN, STYLE_CRIT, STYLE_STALE, STYLE_KEY, STYLE_DEV, STYLE_STAGING, STYLE_PRODUCTION,
	STYLE_BAR, STYLE_RAW, STYLE_COMPRESSED, STYLE_PROMPT, STYLE_FOCUS, STYLE_LATE, STYLE_ODD, STYLE_COUNT,
};

struct canvas; /* opaque */

struct canvas *canvas_new(int rows, int cols);
void canvas_free(struct canvas *canvas);
/* A clipped window; valid as long as its parent; free it with canvas_free(). */
struct canvas *canvas_sub(struct canvas *parent, int row, int col, int rows, int cols);
int canvas_rows(const struct canvas *canvas);
int canvas_cols(const struct canvas *canvas);
void canvas_clear(struct canvas *canvas);
/* Writes UTF-8 text, clipped; returns the columns it took. Wide characters that would be cut become blanks. */
int canvas_put(struct canvas *canvas, int row, int col, enum style style, const char *text);
int canvas_putf(struct canvas *canvas, int row, int col, enum style style, const char *format, ...) __attribute__((format(printf, 5, 6)));
/* Exactly `cols` columns: cut with the ellipsis or filled with blanks; is_right: to the right. */
void canvas_field(struct canvas *canvas, int row, int col, int cols, enum style style, bool is_right, const char *text);
void canvas_fill(struct canvas *canvas, int row, int col, int cols, enum style style, char c);
/* The same with any one-column character in UTF-8 (line drawing). */
void canvas_repeat(struct canvas *canvas, int row, int col, int cols, enum style style, const char *glyph);
/* Copies the cells of `from` onto the canvas, its corner at row, col; clipped. */
void canvas_copy(struct canvas *canvas, int row, int col, const struct canvas *from);
/* What the cells from col on mean, without touching their text. */
void canvas_restyle(struct canvas *canvas, int row, int col, int cols, enum style style);
void canvas_style_row(struct canvas *canvas, int row, enum style style); /* restyles what stands there */
/* Copies the whole of `image` to (row, col), clipped: what was drawn before and did not change need not be composed again. */
void canvas_paste(struct canvas *canvas, int row, int col, const struct canvas *image);
/* The text of all rows, trailing blanks cut, one \n a row. Caller frees. */
char *canvas_text(const struct canvas *canvas);
/* The cell: its UTF-8 text (at most 31 bytes, "" for the right half of a wide one) and style. */
const char *canvas_cell(const struct canvas *canvas, int row, int col, enum style *style);

#endif
