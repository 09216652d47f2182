/* The console's state on its canvas: title, panes, bottom line, overlay, question, from back to front. */
#include <string.h>

#include "console_internal.h"
#include "pgtend/core/mem.h"
#include "pgtend/core/width.h"
#include "pgtend/health/health.h"
#include "pgtend/ui/chart.h"
#include "pgtend/ui/theme.h"

static int fleet_wish(const struct console *console)
{
	const struct view *view = &console->views[LAYOUT_FLEET];

	return console->fleet->database_count + (pane_fleet.foot_rows(&view->data, 10) > 0 ? 1 : 0);
}

/* --- the bottom line -------------------------------------------------------------------------- */

static char *label(const struct console *console)
{
	const struct database *database = console_database(console);

	if (!database)
		return mem_copy("> ");
	return mem_format("%s:%s> ", database->name, environment_word(database->environment));
}

/* Where a slip would cost most, the place that is typed at says so in colour too. */
static enum style label_style(const struct console *console)
{
	const struct database *database = console_database(console);

	return database && database->environment == ENVIRONMENT_PRODUCTION ? STYLE_PRODUCTION : STYLE_PROMPT;
}

static bool has_message(const struct console *console)
{
	return console->message && (console->message_until_us == 0 || console_now_us(console) < console->message_until_us);
}

/* A message may be longer than the screen is wide: whole words on each line. Returns the lines it takes; canvas NULL: only counts. */
static int lay_message(const struct console *console, struct canvas *canvas, int cols, int most)
{
	const char *s = console->message;
	int rows = 0;

	while (*s && rows < most && cols > 2) {
		size_t fits = width_fit(s, cols - 2, NULL), at = fits;
		char *part;

		while (s[fits] && at > 0 && s[at] != ' ')
			at--;
		if (at > 0 && rows + 1 < most)
			fits = at;
		if (fits == 0)
			break;
		/* The last line takes the rest, cut. */
		part = rows + 1 < most ? mem_copy_n(s, fits) : mem_copy(s);
		if (canvas)
			canvas_field(canvas, rows, 1, cols - 1, console->message_style, false, part);
		s = rows + 1 < most ? s + fits : "";
		s += strspn(s, " ");
		mem_free(part);
		rows++;
	}
	return rows > 0 ? rows : 1;
}

static const char *hints(const struct console *console)
{
	if (console->overlay && console->overlay->kind == OVERLAY_MENU)
		return "Enter chooses  Esc back";
	if (console->overlay && console->overlay->kind == OVERLAY_ROWS)
		return "Enter details  / filter  < > sort  h l columns  Esc back";
	if (console->overlay)
		return "up down scroll  / search  Esc back";
	if (console->focus == LAYOUT_CHUNKS && console->chunks.is_open)
		return ": prompt  / filter  ? help  left right along the timeline  Enter details  < > sort  Esc back";
	if (details_are_unreached(console))
		return ": prompt  ? help  Tab panes  Enter doctor: why, and what to do  d details  q quit";
	if (chunks_are_why(console))
		return ": prompt  / filter  ? help  Tab panes  Enter its chunks  d findings  z zoom  q quit";
	if (console->focus == LAYOUT_SERVER)
		return ": prompt  / filter  ? help  o next section  O the one before  Enter details  r ask now  Esc back";
	if (console->focus == LAYOUT_BACKUPS)
		return ": prompt  ? help  b backup  v verify  r restore  p prune  m mend  Enter manifest  z zoom";
	if (console->focus == LAYOUT_ACTIVITY)
		return ": prompt  / filter  ? help  t tree  c cancel  x terminate  o pools  Enter details  z zoom";
	if (console->focus == LAYOUT_CHUNKS)
		return ": prompt  / filter  ? help  Tab panes  Enter its chunks  d details  z zoom  q quit";
	return ": prompt  / filter  ? help  Tab panes  Enter details  < > sort  z zoom  q quit";
}

/* Whether anything on the screen is asked of the selected database itself. FLEET asks everybody on the slow clock. */
static bool shows_database(const struct console *console)
{
	for (int which = 0; which < LAYOUT_PANES; which++) {
		const struct pane *pane = console_pane(console, which);
		const struct probe *probe = pane->fact < FACT_COUNT ? probe_of(pane->fact) : NULL;

		if (which != LAYOUT_FLEET && console->layout.panes[which].rows > 0 && probe && probe->scope == PROBE_DATABASE)
			return true;
	}
	return false;
}

static void make_layout(struct console *console)
{
	struct layout_wish wish = {
		.rows = console->rows,
		.cols = console->cols,
		.databases = fleet_wish(console),
		.jobs = (int)console->records.count,
		.bottom_rows = 1,
		.focus = console->focus,
		.beneath = console->beneath,
		.corner = backups_corner(console),
		.is_zoomed = console->is_zoomed,
		.has_running_job = records_running(&console->records) != NULL,
	};

	if (!prompt_is_open(console->prompt) && !console->is_filtering && has_message(console))
		wish.bottom_rows = lay_message(console, NULL, console->cols, console->rows / 5 > 1 ? console->rows / 5 : 1);
	if (prompt_is_open(console->prompt))
		wish.bottom_rows = prompt_rows(console->prompt, console->cols, console->rows / 2 > 1 ? console->rows / 2 : 1);
	layout_make(&wish, &console->layout);
	if (console->collector)
		collector_see(console->collector, shows_database(console));
}

static struct canvas *window(const struct console *console, const struct rect *rect)
{
	return canvas_sub(console->canvas, rect->row, rect->col, rect->rows, rect->cols);
}

static unsigned hash(const char *s)
{
	unsigned sum = 5381;

	for (; s && *s; s++)
		sum = sum * 33 + (unsigned char)*s;
	return sum;
}

static void see(const struct console *console, int which, const struct pane_data *data, struct pane_seen *seen)
{
	const struct rect *rect = &console->layout.panes[which];
	const struct pane *pane = console_pane(console, which);
	const struct list *list = console_list_of(console, which);

	memset(seen, 0, sizeof(*seen)); /* compared as bytes */
	seen->rows = rect->rows;
	seen->cols = rect->cols;
	seen->pane = pane;
	seen->is_focused = which == console->focus;
	seen->now_s = console_now_us(console) / 1000000;
	seen->data_version = console->data_version;
	memcpy(&seen->data, data, sizeof(*data));
	seen->cursor = list->cursor;
	seen->top = list->top;
	seen->left = list->left;
	seen->sort = list->sort;
	seen->is_descending = list->is_descending;
	seen->count = list->count;
	seen->filter = hash(list->filter);
}

/* A key changes one pane or two; the others keep their picture. */
static void draw_pane(struct console *console, int which)
{
	const struct rect *rect = &console->layout.panes[which];
	struct view *view = &console->views[which];
	struct pane_frame frame = {
		.number = which == LAYOUT_FLEET ? 0 : which,
		.is_focused = which == console->focus,
		.now_us = console_now_us(console),
	};
	struct pane_data data;
	struct pane_seen seen;

	if (rect->rows < 1)
		return;
	console_pane_data(console, which, &data);
	see(console, which, &data, &seen);
	if (!view->image || memcmp(&seen, &view->seen, sizeof(seen)) != 0) {
		canvas_free(view->image);
		view->image = canvas_new(rect->rows, rect->cols);
		pane_draw(console_pane(console, which), &frame, &data, console_list(console, which), view->image);
		see(console, which, &data, &view->seen); /* drawing scrolls to the cursor */
	}
	canvas_paste(console->canvas, rect->row, rect->col, view->image);
}

/* Between two panes side by side stands a line. */
static void draw_dividers(struct console *console)
{
	const struct rect *left = &console->layout.panes[LAYOUT_MIGRATIONS], *below = &console->layout.panes[console->layout.corner];
	int col = console->layout.panes[LAYOUT_TABLES].col - 1;

	if (console->layout.kind != LAYOUT_FULL || console->layout.panes[LAYOUT_SERVER].rows > 0)
		return;
	for (int row = left->row; row < below->row + below->rows; row++)
		canvas_put(console->canvas, row, col, STYLE_BORDER, theme_glyph(GLYPH_VERTICAL));
	canvas_put(console->canvas, left->row, col - 1, STYLE_BORDER, theme_glyph(GLYPH_HORIZONTAL));
	canvas_put(console->canvas, below->row, col - 1, STYLE_BORDER, theme_glyph(GLYPH_HORIZONTAL));
	canvas_put(console->canvas, left->row, col, STYLE_BORDER, theme_glyph(GLYPH_TEE_DOWN));
	canvas_put(console->canvas, below->row, col, STYLE_BORDER, theme_glyph(GLYPH_CROSS));
	canvas_put(console->canvas, below->row + below->rows, col, STYLE_BORDER, theme_glyph(GLYPH_TEE_UP));
}

static void draw_running(struct console *console)
{
	const struct rect *rect = &console->layout.jobs_line;
	struct canvas *canvas;
	char *line, *visible;
	int64_t done, all;
	int col = 1;

	if (rect->rows < 1 || !records_running(&console->records))
		return;
	canvas = window(console, rect);
	col += canvas_put(canvas, 0, col, STYLE_TITLE, "JOBS ") + 1;
	line = records_line(&console->records, console_now_us(console), &done, &all);
	if (all > 0 && rect->cols > 60) {
		chart_progress(canvas, 0, col, 14, done, all);
		col += 15;
	}
	visible = text_visible(line);
	canvas_field(canvas, 0, col, rect->cols - col, STYLE_PLAIN, false, visible);
	mem_free(visible);
	mem_free(line);
	canvas_free(canvas);
}

static void draw_idle_bottom(struct console *console, struct canvas *canvas)
{
	int cols = canvas_cols(canvas), row = canvas_rows(canvas) - 1, col, width;
	char *text = label(console), *visible = text_visible(text);

	if (has_message(console)) {
		lay_message(console, canvas, cols, canvas_rows(canvas));
	} else {
		width = width_cols(visible) < cols / 2 ? width_cols(visible) : cols / 2;
		canvas_field(canvas, row, 0, width, label_style(console), false, visible);
		col = width + 1;
		canvas_field(canvas, row, col, cols - col, STYLE_DIM, false, hints(console));
	}
	mem_free(visible);
	mem_free(text);
}

static void draw_bottom(struct console *console)
{
	const struct rect *rect = &console->layout.bottom;
	struct canvas *canvas = window(console, rect);
	int row = -1, col = 0;

	if (prompt_is_open(console->prompt)) {
		char *text = label(console), *visible = text_visible(text);

		prompt_draw(console->prompt, canvas, visible, label_style(console), &row, &col);
		mem_free(visible);
		mem_free(text);
	} else if (console->is_filtering) {
		int at = canvas_put(canvas, rect->rows - 1, 0, STYLE_KEY, "/");

		row = rect->rows - 1;
		col = edit_draw(&console->filter, canvas, row, at, canvas_cols(canvas) - at, STYLE_PROMPT);
	} else {
		draw_idle_bottom(console, canvas);
	}
	if (row >= 0) {
		console->cursor_row = rect->row + row;
		console->cursor_col = rect->col + (col < rect->cols ? col : rect->cols - 1);
	}
	canvas_free(canvas);
}

/* --- too small -------------------------------------------------------------------------------- */

static void draw_tiny(struct console *console)
{
	const struct table *table = console->views[LAYOUT_FLEET].derived;
	int crit = 0, warn = 0, row = canvas_rows(console->canvas) / 2;
	char *line;

	for (int i = 0; table && i < table_rows(table); i++) {
		const char *word = pane_text(table, i, "health.verdict");

		crit += word && strcmp(word, verdict_word(VERDICT_CRIT)) == 0;
		warn += word && strcmp(word, verdict_word(VERDICT_WARN)) == 0;
	}
	line = crit > 0 ? mem_format("%d CRIT, too small (need %dx%d)", crit, LAYOUT_LEAST_COLS, LAYOUT_LEAST_ROWS)
		: warn > 0 ? mem_format("%d WARN, too small (need %dx%d)", warn, LAYOUT_LEAST_COLS, LAYOUT_LEAST_ROWS)
		: mem_format("too small (need %dx%d)", LAYOUT_LEAST_COLS, LAYOUT_LEAST_ROWS);
	if (canvas_cols(console->canvas) < (int)strlen(line)) {
		mem_free(line);
		line = crit > 0 ? mem_format("%d CRIT, too small", crit)
			: warn > 0 ? mem_format("%d WARN, too small", warn)
			: mem_format("too small (<%dx%d)", LAYOUT_LEAST_COLS, LAYOUT_LEAST_ROWS);
	}
	if (console->questions)
		canvas_field(console->canvas, row, 0, canvas_cols(console->canvas), STYLE_WARN, false, "a question waits, too small");
	else
		canvas_field(console->canvas, row, 0, canvas_cols(console->canvas), crit > 0 ? STYLE_CRIT : STYLE_PLAIN, false, line);
	mem_free(line);
}

void console_draw(struct console *console)
{
	struct canvas *title, *over;

	console_sync(console);
	canvas_clear(console->canvas);
	console->cursor_row = -1;
	make_layout(console);
	if (console->layout.kind == LAYOUT_TINY) {
		draw_tiny(console);
		return;
	}
	title = window(console, &console->layout.title);
	title_draw(console, title);
	canvas_free(title);
	for (int i = 0; i < LAYOUT_PANES; i++)
		draw_pane(console, i);
	draw_dividers(console);
	draw_running(console);
	over = canvas_sub(console->canvas, 1, 0, console->rows - 1 - console->layout.bottom.rows, console->cols);
	if (console->overlay)
		overlay_draw(console->overlay, over);
	canvas_free(over);
	draw_bottom(console);
	if (console->questions)
		question_draw(console, console->canvas);
}
