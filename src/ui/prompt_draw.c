/* How the prompt looks: candidates, hint, the line itself with the cursor in the right column. */
#include <string.h>

#include "pgtend/core/mem.h"
#include "pgtend/core/width.h"
#include "prompt_internal.h"

enum { GAP_COLS = 2, MOST_CANDIDATE_ROWS = 6 };

struct grid { int columns, width, rows; };

static struct grid grid_of(const struct words *words, int cols)
{
	struct grid grid = { 1, 1, 0 };

	for (size_t i = 0; i < words->count; i++) {
		int width = width_cols(words->v[i]) + GAP_COLS;

		if (width > grid.width)
			grid.width = width;
	}
	if (cols > grid.width)
		grid.columns = cols / grid.width;
	grid.rows = ((int)words->count + grid.columns - 1) / grid.columns;
	return grid;
}

static const char *hint_of(const struct prompt *prompt)
{
	if (prompt->notice)
		return prompt->notice;
	if (prompt->is_searching)
		return "Ctrl-R older  Enter takes the line  Esc gives up";
	return prompt->hint && *prompt->hint ? prompt->hint : NULL;
}

static int candidate_rows(const struct prompt *prompt, int cols)
{
	struct grid grid = grid_of(&prompt->shown, cols);

	if (prompt->shown.count == 0)
		return 0;
	return grid.rows > MOST_CANDIDATE_ROWS ? MOST_CANDIDATE_ROWS : grid.rows;
}

int prompt_rows(const struct prompt *prompt, int cols, int most)
{
	int rows = 1 + (hint_of(prompt) ? 1 : 0) + candidate_rows(prompt, cols - 1);

	return rows > most ? most : rows;
}

/* Column by column, as ls does; what does not fit is counted. */
static void draw_candidates(const struct prompt *prompt, struct canvas *canvas, int top, int rows)
{
	struct grid grid = grid_of(&prompt->shown, canvas_cols(canvas) - 1);
	int shown = 0, count = (int)prompt->shown.count, fits = rows * grid.columns;
	int per_column = grid.rows > rows ? rows : grid.rows;

	for (int i = 0; i < count && i < fits; i++) {
		int col = 1 + (i / per_column) * grid.width, left = canvas_cols(canvas) - col;
		char *visible = text_visible(prompt->shown.v[i]);

		canvas_field(canvas, top + i % per_column, col, grid.width - GAP_COLS < left ? grid.width - GAP_COLS : left,
			STYLE_KEY, false, visible);
		mem_free(visible);
		shown++;
	}
	if (shown < count)
		canvas_putf(canvas, top + rows - 1, canvas_cols(canvas) - 12, STYLE_DIM, " +%d more", count - shown);
}

static void draw_line(const struct prompt *prompt, struct canvas *canvas, int row, int col, int *cursor_col)
{
	char *head = mem_copy_n(prompt_text(prompt), (size_t)prompt_cursor(prompt));
	char *visible_head = text_visible(head), *visible = text_visible(prompt_text(prompt));
	int room = canvas_cols(canvas) - col, at = width_cols(visible_head), skip = 0;
	struct canvas *window = canvas_sub(canvas, row, col, 1, room);

	/* A line longer than the screen moves by half a screen, so that it does not jump at every key. */
	if (at >= room && room > 1)
		skip = (at - room) / (room / 2 + 1) * (room / 2 + 1) + room / 2 + 1;
	canvas_put(window, 0, -skip, STYLE_PLAIN, visible);
	if (skip > 0)
		canvas_put(window, 0, 0, STYLE_DIM, "<");
	if (width_cols(visible) - skip > room)
		canvas_put(window, 0, room - 1, STYLE_DIM, ">");
	*cursor_col = col + at - skip;
	canvas_free(window);
	mem_free(visible);
	mem_free(visible_head);
	mem_free(head);
}

static void draw_search(const struct prompt *prompt, struct canvas *canvas, int row, int *cursor_col)
{
	int col = canvas_put(canvas, row, 0, STYLE_KEY, prompt->found >= 0 ? "history: " : "not in the history: ");
	int half = (canvas_cols(canvas) - col) / 3;

	*cursor_col = edit_draw(&prompt->pattern, canvas, row, col, half, STYLE_PROMPT);
	if (prompt->found >= 0) {
		char *visible = text_visible(prompt->history.lines.v[prompt->found]);

		canvas_field(canvas, row, col + half + 1, canvas_cols(canvas) - col - half - 1, STYLE_PLAIN, false, visible);
		mem_free(visible);
	}
}

void prompt_draw(const struct prompt *prompt, struct canvas *canvas, const char *label, enum style label_style, int *cursor_row, int *cursor_col)
{
	int last = canvas_rows(canvas) - 1, row = last, col = 0;
	const char *hint = hint_of(prompt);

	for (int i = 0; i <= last; i++)
		canvas_fill(canvas, i, 0, canvas_cols(canvas), STYLE_PLAIN, ' ');
	*cursor_row = last;
	if (prompt->is_searching) {
		draw_search(prompt, canvas, row, cursor_col);
	} else {
		int most = canvas_cols(canvas) / 2, width = width_cols(label);

		canvas_field(canvas, row, 0, width < most ? width : most, label_style, false, label);
		col = width < most ? width : most;
		draw_line(prompt, canvas, row, col, cursor_col);
	}
	if (hint && row > 0) {
		char *visible = text_visible(hint);

		row--;
		canvas_field(canvas, row, 1, canvas_cols(canvas) - 1, prompt->notice ? STYLE_WARN : STYLE_DIM, false, visible);
		mem_free(visible);
	}
	if (prompt->shown.count > 0 && row > 0)
		draw_candidates(prompt, canvas, 0, row);
}
