/* Beneath the backups: the age of the newest against the policy, a cell for each day with a bar as high as its dump is large, what is to be said. */
#include <string.h>

#include "pane_backups_internal.h"
#include "pgtend/core/mem.h"
#include "pgtend/core/units.h"
#include "pgtend/core/width.h"
#include "pgtend/ui/theme.h"

enum { MARGIN_COLS = 3, MOST_CELL_COLS = 6, MOST_BARS = 10, EQUAL_BARS = 4, ROOMY_ROWS = 12, MOST_COLS = 1024, GAUGE_COLS = 40, NARROW_COLS = 50 };

/* What fits: rows for each part, from top to bottom in this order. */
struct plan { int above, gauge, between, bars, strip, marks, axis, legend, blank, lines; };

/* --- the age against the policy -------------------------------------------------------------------- */

static char *gauge_text(const struct backups_scene *scene, double age_s, bool is_brief)
{
	char age[UNITS_SIZE], warn[UNITS_SIZE], crit[UNITS_SIZE];

	units_age(age, (int64_t)age_s);
	units_age(warn, (int64_t)scene->warn_s);
	units_age(crit, (int64_t)scene->crit_s);
	if (is_brief)
		return mem_format("%s old, %s, late after %s", age, scene->policy_word, warn);
	return mem_format("%s old; %s: late after %s, critical after %s", age, scene->policy_word, warn, crit);
}

/* From 0 to what is critical; a line where it becomes late. */
static void draw_gauge(const struct backups_scene *scene, struct canvas *canvas, int at_row)
{
	int newest = backups_newest(scene), cols = canvas_cols(canvas), bar = cols >= 110 ? GAUGE_COLS : cols >= 70 ? GAUGE_COLS / 2 : 0, col = MARGIN_COLS, full, warn;
	double age_s = (double)(pane_now() - pane_int(scene->rows, newest, "taken_at", pane_now())) / 1e6;
	enum style style = age_s > scene->crit_s ? STYLE_LATE : age_s > scene->warn_s ? STYLE_WARN : STYLE_OK;
	char *text = gauge_text(scene, age_s, cols < 100);

	if (age_s < 0)
		age_s = 0;
	if (cols >= NARROW_COLS)
		col += canvas_put(canvas, at_row, col, STYLE_DIM, "age         ");
	if (bar > 0) {
		full = age_s >= scene->crit_s ? bar : (int)(age_s / scene->crit_s * bar);
		warn = (int)(scene->warn_s / scene->crit_s * bar);
		canvas_repeat(canvas, at_row, col, full, style, theme_glyph(GLYPH_BAR_DONE));
		canvas_repeat(canvas, at_row, col + full, bar - full, STYLE_DIM, theme_glyph(GLYPH_BAR_LEFT));
		if (warn > 0 && warn < bar)
			canvas_put(canvas, at_row, col + warn, full > warn ? style : STYLE_WARN, theme_glyph(GLYPH_VERTICAL));
		canvas_put(canvas, at_row, col + bar, full == bar ? style : STYLE_CRIT, theme_glyph(GLYPH_VERTICAL));
		col += bar + 2;
	}
	canvas_field(canvas, at_row, col, cols - col, style, false, text);
	mem_free(text);
}

static bool has_gauge(const struct backups_scene *scene)
{
	return backups_newest(scene) >= 0 && scene->policy.every != BACKUP_NEVER && scene->warn_s > 0 && scene->crit_s > scene->warn_s;
}

/* --- the calendar ------------------------------------------------------------------------------------ */

/* Which cells of the calendar are shown, and how wide each is. */
struct fit { int first, count, each; };

static struct fit fit_of(const struct calendar *calendar, int room)
{
	struct fit fit = { 0, calendar->count, 1 };

	if (room < 1 || calendar->count == 0)
		return (struct fit){ 0, 0, 0 };
	if (calendar->count > room) {
		fit.first = calendar->count - room;
		fit.count = room;
	} else {
		fit.each = room / calendar->count < MOST_CELL_COLS ? room / calendar->count : MOST_CELL_COLS;
	}
	return fit;
}

/* Where there is room a blank column stands between two. */
static int lay(const struct calendar *calendar, const struct fit *fit, int selected, struct chart_cell *cells)
{
	int width = fit->each > 1 ? fit->each - 1 : 1, cols = fit->count * fit->each;

	for (int col = 0; col < cols; col++) {
		int at = fit->first + col / fit->each;
		const struct calendar_cell *cell = &calendar->v[at];
		double height = calendar->most_bytes > 0 && cell->bytes >= 0 ? (double)cell->bytes / (double)calendar->most_bytes : 0;

		cells[col] = (struct chart_cell){ .kind = col % fit->each < width ? cell->kind : CHART_BLANK, .height = height };
		cells[col].is_selected = at == selected && cells[col].kind != CHART_BLANK;
	}
	return cols;
}

static void draw_calendar(const struct calendar *calendar, const struct fit *fit, const struct plan *plan, int selected, struct canvas *canvas, int at_row)
{
	struct chart_cell cells[MOST_COLS];
	int cols = lay(calendar, fit, selected, cells);

	chart_bars(canvas, at_row, MARGIN_COLS, plan->bars, cells, cols);
	chart_strip(canvas, at_row + plan->bars, MARGIN_COLS, cells, cols);
}

/* The line behind which prune removes what it need not keep. */
static int keep_cell(const struct backups_scene *scene)
{
	const struct calendar *calendar = &scene->calendar;

	return scene->policy.keep_s >= 0 ? calendar_at(calendar, pane_now() - (int64_t)(scene->policy.keep_s * 1e6)) : -1;
}

static bool has_marks(const struct backups_scene *scene, const struct fit *fit)
{
	int at = keep_cell(scene);

	return at >= fit->first && fit->count > 0 && at > 0;
}

static void draw_marks(const struct backups_scene *scene, const struct fit *fit, struct canvas *canvas, int at_row)
{
	char age[UNITS_SIZE], *label = mem_format("keep %s", units_age(age, (int64_t)scene->policy.keep_s));
	int col = MARGIN_COLS + (keep_cell(scene) - fit->first) * fit->each, width = width_cols(label);

	canvas_put(canvas, at_row, col, STYLE_KEY, theme_glyph(GLYPH_UP));
	canvas_put(canvas, at_row, col + 1 + width < canvas_cols(canvas) ? col + 1 : col - width, STYLE_KEY, label);
	mem_free(label);
}

static char *moment_text(const struct calendar *calendar, int cell)
{
	int64_t at = calendar->from_us + cell * calendar->unit_us;
	char day[UNITS_SIZE], clock[16];

	units_day(day, at);
	if (calendar->unit_us >= 86400 * 1000000LL)
		return mem_copy(day);
	pane_clock(clock, at);
	return mem_format("%s %.5s", day + 5, clock);
}

static void draw_axis(const struct calendar *calendar, const struct fit *fit, struct canvas *canvas, int at_row)
{
	char *left = moment_text(calendar, fit->first), *right = moment_text(calendar, fit->first + fit->count - 1);
	int end = fit->count * fit->each, left_cols = width_cols(left), right_cols = width_cols(right);

	if (end < left_cols + right_cols + 2)
		end = left_cols + right_cols + 2;
	canvas_put(canvas, at_row, MARGIN_COLS, STYLE_DIM, left);
	if (fit->count > 1 && MARGIN_COLS + end <= canvas_cols(canvas))
		canvas_put(canvas, at_row, MARGIN_COLS + end - right_cols, STYLE_DIM, right);
	mem_free(left);
	mem_free(right);
}

static void draw_legend(const struct calendar *calendar, struct canvas *canvas, int at_row)
{
	static const enum chart_kind order[] = {
		CHART_DAMAGED, CHART_MISSED, CHART_DUE, CHART_UNREAD, CHART_CHECKED, CHART_READ, CHART_RESTORED,
	};
	int col = MARGIN_COLS, cols = canvas_cols(canvas);
	char size[UNITS_SIZE];

	for (size_t i = 0; i < sizeof(order) / sizeof(order[0]); i++) {
		enum style style = chart_style(order[i]) == STYLE_CRIT ? STYLE_LATE : chart_style(order[i]);
		char *part;

		if (calendar->counts[order[i]] == 0)
			continue;
		part = order[i] == CHART_DUE ? mem_copy(chart_word(CHART_DUE)) : mem_format("%d %s", calendar->counts[order[i]], chart_word(order[i]));
		if (col + 2 + width_cols(part) > cols) {
			mem_free(part);
			break;
		}
		col += canvas_put(canvas, at_row, col, style, chart_glyph(order[i])) + 1;
		col += canvas_put(canvas, at_row, col, style, part) + 2;
		mem_free(part);
	}
	if (calendar->most_bytes > 0) {
		char *scale = mem_format("largest %s", units_bytes(size, calendar->most_bytes));

		if (col + width_cols(scale) + 1 <= cols)
			canvas_put(canvas, at_row, col, STYLE_DIM, scale);
		mem_free(scale);
	}
}

/* --- the whole ------------------------------------------------------------------------------------- */

static bool take(int *rest, int *part, int wanted)
{
	int got = wanted < *rest ? wanted : *rest;

	if (got < 0)
		return false;
	*part += got;
	*rest -= got;
	return *rest > 0;
}

static int most_bars(const struct calendar *calendar)
{
	return (double)calendar->least_bytes > 0.8 * (double)calendar->most_bytes ? EQUAL_BARS : MOST_BARS;
}

/* Who gets the rows: the strip and what is wrong, the age, what the strip means, how large, when, all that is to be said, larger bars. */
static struct plan make_plan(const struct backups_scene *scene, const struct fit *fit, int rows, const struct chunks_lines *lines)
{
	struct plan plan = { 0 };
	bool has_strip = fit->count > 0;
	int rest = rows, some = lines->bad < 2 ? lines->bad : 2;

	if (has_strip)
		take(&rest, &plan.strip, 1);
	take(&rest, &plan.lines, some);
	if (has_gauge(scene))
		take(&rest, &plan.gauge, 1);
	if (has_strip) {
		take(&rest, &plan.legend, 1);
		take(&rest, &plan.bars, 1);
		take(&rest, &plan.axis, 1);
		if (has_marks(scene, fit))
			take(&rest, &plan.marks, 1);
	}
	take(&rest, &plan.lines, lines->bad - plan.lines);
	if (has_strip && rows >= ROOMY_ROWS) {
		take(&rest, &plan.bars, 2);
		take(&rest, &plan.blank, 1);
		take(&rest, &plan.between, plan.gauge);
		take(&rest, &plan.above, 1);
	}
	take(&rest, &plan.lines, lines->count - plan.lines);
	if (has_strip)
		take(&rest, &plan.bars, most_bars(&scene->calendar) - plan.bars);
	return plan;
}

void backups_foot_draw(const struct backups_scene *scene, int row, struct canvas *canvas)
{
	int cols = canvas_cols(canvas), room = cols - MARGIN_COLS - 1, at, selected;
	int label_cols = chunks_label_cols(canvas);
	struct chunks_lines lines;
	struct fit fit;
	struct plan plan;

	if (room < 1 || canvas_rows(canvas) < 1)
		return;
	fit = fit_of(&scene->calendar, room < MOST_COLS ? room : MOST_COLS);
	selected = calendar_at(&scene->calendar, pane_int(scene->rows, row, "taken_at", -1));
	backups_lines_make(&lines, scene, cols - MARGIN_COLS - label_cols, label_cols > 0);
	plan = make_plan(scene, &fit, canvas_rows(canvas), &lines);
	at = plan.above;
	if (plan.gauge > 0)
		draw_gauge(scene, canvas, at);
	at += plan.gauge + plan.between;
	if (plan.strip > 0)
		draw_calendar(&scene->calendar, &fit, &plan, selected, canvas, at);
	at += plan.bars + plan.strip;
	if (plan.marks > 0)
		draw_marks(scene, &fit, canvas, at);
	at += plan.marks;
	if (plan.axis > 0)
		draw_axis(&scene->calendar, &fit, canvas, at);
	at += plan.axis;
	if (plan.legend > 0)
		draw_legend(&scene->calendar, canvas, at);
	chunks_lines_draw(&lines, at + plan.legend + plan.blank, plan.lines, canvas);
	chunks_lines_done(&lines);
}
