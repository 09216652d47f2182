/* The timeline of one hypertable: bars, a character a chunk, the lines that its policies draw, what it all means, what is to be said. */
#include <string.h>

#include "pane_chunks_internal.h"
#include "pgtend/core/mem.h"
#include "pgtend/core/text.h"
#include "pgtend/core/units.h"
#include "pgtend/core/width.h"
#include "pgtend/ui/theme.h"

enum { MARGIN_COLS = 3, MOST_BARS = 12, EQUAL_BARS = 4, ROOMY_ROWS = 12, MOST_CELLS = 1024, MARKS = 3 };

/* What fits: rows for each part, from top to bottom in this order. */
struct plan { int above, bars, strip, marks, axis, legend, blank, lines; };

/* A policy's line on the strip. */
struct mark { int col; enum style style; const char *pointer; char *label; };

static const struct timeline *timeline_of(const struct chunks_scene *scene, int row)
{
	return timelines_find(scene->timelines, pane_text(scene->hypertables, row, "schema"), pane_text(scene->hypertables, row, "name"));
}

/* --- where policies cut -------------------------------------------------------------------------- */

static int policy_of(const struct chunks_scene *scene, int row, const char *kind)
{
	const char *schema = pane_text(scene->hypertables, row, "schema"), *name = pane_text(scene->hypertables, row, "name");

	for (int i = 0; scene->policies && name && i < table_rows(scene->policies); i++) {
		const char *is = pane_text(scene->policies, i, "kind"), *on = pane_text(scene->policies, i, "name"), *in = pane_text(scene->policies, i, "schema");

		if (is && strcmp(is, kind) == 0 && on && strcmp(on, name) == 0 && (!in || !schema || strcmp(in, schema) == 0))
			return i;
	}
	return -1;
}

bool chunks_cutoff(const struct chunks_scene *scene, int row, const char *kind, int64_t *cutoff, bool *is_by_creation)
{
	const struct cell *after = pane_cell(scene->hypertables, row, strcmp(kind, "retention") == 0 ? "drop_after_s" : "compress_after_s");
	const struct cell *now = pane_cell(scene->hypertables, row, "integer_now");
	int policy = policy_of(scene, row, kind);
	const struct cell *after_integer = pane_cell(scene->policies, policy, "after_integer");

	*is_by_creation = policy >= 0 && pane_int(scene->policies, policy, "is_by_creation", 0) != 0;
	if (after) {
		*cutoff = pane_now() - (int64_t)(after->u.real * 1e6);
		return true;
	}
	return now && after_integer && !__builtin_sub_overflow(now->u.integer, after_integer->u.integer, cutoff);
}

static void add_mark(const struct timeline *timeline, const struct timeline_fit *fit, int64_t cutoff, bool is_by_creation, struct mark *mark)
{
	int at = timeline_cut(timeline, cutoff, is_by_creation), last = fit->cols - 1;
	const struct span *span = at < timeline->count ? &timeline->spans[at] : NULL;

	mark->pointer = theme_glyph(GLYPH_UP);
	if (!span) {
		mark->col = fit->cols;
		return;
	}
	mark->col = timeline_col(fit, at);
	if (is_by_creation || !span->has_range)
		return;
	if (at == 0 && cutoff < span->from) {
		mark->pointer = theme_glyph(GLYPH_LESS); /* further back than anything is */
	} else if (fit->each > 1 && span->to > span->from && cutoff > span->from) {
		mark->col += (int)((double)fit->each * (((double)cutoff - (double)span->from) / ((double)span->to - (double)span->from)));
		if (mark->col > last)
			mark->col = last;
	}
}

static char *after_text(const struct chunks_scene *scene, int row, const char *kind, const char *verb)
{
	const struct cell *after = pane_cell(scene->hypertables, row, strcmp(kind, "retention") == 0 ? "drop_after_s" : "compress_after_s");
	char age[UNITS_SIZE];

	if (after)
		return mem_format("%s %s", verb, units_age(age, (int64_t)after->u.real));
	return mem_format("%s %lld", verb, (long long)pane_int(scene->policies, policy_of(scene, row, kind), "after_integer", 0));
}

static int find_marks(const struct chunks_scene *scene, int row, const struct timeline *timeline, const struct timeline_fit *fit, struct mark *marks)
{
	static const struct { const char *kind, *verb; enum chart_kind late; enum style style; } policies[] = {
		{ "retention", "keep", CHART_LATE, STYLE_LATE }, { "compression", "compress", CHART_WAITING, STYLE_WARN },
	};
	const struct cell *integer_now = pane_cell(scene->hypertables, row, "integer_now");
	int count = 0;

	memset(marks, 0, sizeof(*marks) * MARKS);
	for (size_t i = 0; i < sizeof(policies) / sizeof(policies[0]); i++) {
		int64_t cutoff;
		bool is_by_creation;

		if (!chunks_cutoff(scene, row, policies[i].kind, &cutoff, &is_by_creation))
			continue;
		add_mark(timeline, fit, cutoff, is_by_creation, &marks[count]);
		marks[count].style = timeline->counts[policies[i].late] > 0 ? policies[i].style : STYLE_KEY;
		marks[count++].label = after_text(scene, row, policies[i].kind, policies[i].verb);
	}
	/* Where now is needs no mark at the end of the strip. */
	if (timeline->counts[CHART_FUTURE] > 0 && (integer_now || !timeline->is_integer)) {
		add_mark(timeline, fit, integer_now ? integer_now->u.integer : pane_now(), false, &marks[count]);
		marks[count].style = STYLE_ODD;
		marks[count++].label = mem_copy("now");
	}
	return count;
}

static bool has_marks(const struct chunks_scene *scene, int row, const struct timeline *timeline)
{
	int64_t cutoff;
	bool is_by_creation;

	return timeline->counts[CHART_FUTURE] > 0 || chunks_cutoff(scene, row, "retention", &cutoff, &is_by_creation) ||
		chunks_cutoff(scene, row, "compression", &cutoff, &is_by_creation);
}

static void sort_marks(struct mark *marks, int count)
{
	for (int i = 1; i < count; i++)
		for (int k = i; k > 0 && marks[k].col < marks[k - 1].col; k--) {
			struct mark mark = marks[k];

			marks[k] = marks[k - 1];
			marks[k - 1] = mark;
		}
}

/* Where a label of so many columns stands: right of its pointer, else left of it, else nowhere (-1). */
static int place(int pointer, int width, int from, int next)
{
	if (pointer + 1 + width < next)
		return pointer + 1;
	return pointer - width >= from ? pointer - width : -1;
}

/* Labels are cut to their last word where they do not fit; two that point to the same place share it. */
static void draw_marks(const struct chunks_scene *scene, int row, const struct timeline *timeline, const struct timeline_fit *fit, struct canvas *canvas,
	int at_row)
{
	struct mark marks[MARKS];
	int count = find_marks(scene, row, timeline, fit, marks), from = 0, cols = canvas_cols(canvas) - MARGIN_COLS;

	sort_marks(marks, count);
	for (int i = 0; i < count; i++) {
		bool shares = i + 1 < count && marks[i + 1].col == marks[i].col;
		int next = i + 1 < count ? marks[i + 1].col : cols, width = width_cols(marks[i].label);

		if (shares) {
			char *both = mem_format("%s, %s", marks[i].label, marks[i + 1].label);

			mem_free(marks[i + 1].label);
			marks[i + 1].label = both;
			if (marks[i].style != STYLE_KEY)
				marks[i + 1].style = marks[i].style;
		} else {
			const char *label = marks[i].label, *brief = strrchr(label, ' ');
			int col = place(marks[i].col, width, from, next);

			if (col < 0 && brief) {
				label = brief + 1;
				width = width_cols(label);
				col = place(marks[i].col, width, from, next);
			}
			canvas_put(canvas, at_row, MARGIN_COLS + marks[i].col, marks[i].style, marks[i].pointer);
			if (col >= 0)
				canvas_put(canvas, at_row, MARGIN_COLS + col, marks[i].style, label);
			from = (col > marks[i].col ? col + width : marks[i].col + 1) + 1;
		}
		mem_free(marks[i].label);
	}
}

/* --- the axis, the legend ------------------------------------------------------------------------- */

static const struct span *end_span(const struct timeline *timeline, bool is_last)
{
	for (int i = 0; i < timeline->count; i++) {
		const struct span *span = &timeline->spans[is_last ? timeline->count - 1 - i : i];

		if (span->row >= 0 && span->has_range)
			return span;
	}
	return NULL;
}

static void draw_axis(const struct timeline *timeline, const struct timeline_fit *fit, int selected, struct canvas *canvas, int at_row)
{
	const struct span *first = end_span(timeline, false), *last = end_span(timeline, true);
	char *left = first ? chunks_place_text(timeline, first->from) : mem_copy(""), *right = last ? chunks_place_text(timeline, last->to) : mem_copy("");
	int end = fit->cols, right_cols = width_cols(right), left_cols = width_cols(left), from = -1, to = -1, at = timeline_span(timeline, selected);
	int cols = canvas_cols(canvas) - MARGIN_COLS;

	if (end < left_cols + right_cols + 2)
		end = left_cols + right_cols + 2 < cols ? left_cols + right_cols + 2 : cols;
	if (selected >= 0 && at >= 0) {
		const struct span *span = &timeline->spans[at];
		char *place = span->has_range ? chunks_place_text(timeline, span->from) : mem_copy(""), *label;
		int col = timeline_col(fit, at), width;

		label = mem_format("%s %s", theme_glyph(GLYPH_UP), place);
		width = width_cols(label);
		from = col + width <= cols ? col : col - width + 1;
		if (from != col) {
			mem_free(label);
			label = mem_format("%s %s", place, theme_glyph(GLYPH_UP));
		}
		to = from + width;
		canvas_put(canvas, at_row, MARGIN_COLS + from, STYLE_BOLD, label);
		mem_free(label);
		mem_free(place);
	}
	if (from < 0 || from > left_cols)
		canvas_put(canvas, at_row, MARGIN_COLS, STYLE_DIM, left);
	if (to < end - right_cols && end >= left_cols + right_cols + 1)
		canvas_put(canvas, at_row, MARGIN_COLS + end - right_cols, STYLE_DIM, right);
	mem_free(left);
	mem_free(right);
}

/* Where a row stands for several chunks its kind is that of any of them: the numbers of CHUNKS are the right ones. */
static void count_kinds(const struct chunks_scene *scene, int row, const struct timeline *timeline, int64_t counts[CHART_KINDS])
{
	int64_t chunks = pane_int(scene->hypertables, row, "chunks", 0), compressed = pane_int(scene->hypertables, row, "compressed", 0);
	int64_t late = pane_int(scene->hypertables, row, "late_chunks", 0);

	memset(counts, 0, sizeof(*counts) * CHART_KINDS);
	if (timeline && !timeline->has_bins) {
		memcpy(counts, timeline->counts, sizeof(*counts) * CHART_KINDS);
		return;
	}
	/* What is late is the oldest: it is told as late, whether compressed or not. */
	if (late > chunks)
		late = chunks;
	compressed = compressed > late ? compressed - late : 0;
	if (late + compressed > chunks)
		compressed = chunks - late;
	counts[CHART_LATE] = late;
	counts[CHART_COMPRESSED] = compressed;
	counts[CHART_RAW] = chunks - late - compressed;
	counts[CHART_PARTIAL] = pane_int(scene->hypertables, row, "partial", 0);
	counts[CHART_FROZEN] = pane_int(scene->hypertables, row, "frozen", 0);
	counts[CHART_FUTURE] = pane_int(scene->hypertables, row, "future", 0);
	counts[CHART_LOCKED] = pane_int(scene->hypertables, row, "locked", 0);
	counts[CHART_RAW] -= counts[CHART_FUTURE] < counts[CHART_RAW] ? counts[CHART_FUTURE] : counts[CHART_RAW];
}

static void draw_legend(const struct chunks_scene *scene, int row, const struct timeline *timeline, struct canvas *canvas, int at_row)
{
	static const enum chart_kind order[] = {
		CHART_LATE, CHART_LOCKED, CHART_WAITING, CHART_FUTURE, CHART_PARTIAL, CHART_FROZEN, CHART_COMPRESSED, CHART_RAW,
	};
	int64_t counts[CHART_KINDS];
	int col = MARGIN_COLS, cols = canvas_cols(canvas);
	char count[UNITS_SIZE], size[UNITS_SIZE];

	count_kinds(scene, row, timeline, counts);
	for (size_t i = 0; i < sizeof(order) / sizeof(order[0]); i++) {
		char *part;

		if (counts[order[i]] <= 0)
			continue;
		part = mem_format("%s %s", units_count(count, counts[order[i]]), chart_word(order[i]));
		if (col + 2 + width_cols(part) > cols) {
			mem_free(part);
			break;
		}
		col += canvas_put(canvas, at_row, col, chart_style(order[i]), chart_glyph(order[i])) + 1;
		col += canvas_put(canvas, at_row, col, order[i] == CHART_LATE ? STYLE_LATE : chart_style(order[i]), part) + 2;
		mem_free(part);
	}
	if (timeline && timeline->most_bytes > 0) {
		char *scale = mem_format("largest %s", units_bytes(size, (int64_t)timeline->most_bytes));

		if (col + width_cols(scale) + 1 <= cols)
			canvas_put(canvas, at_row, col, STYLE_DIM, scale);
		mem_free(scale);
	}
}

/* --- the whole ------------------------------------------------------------------------------------- */

static bool take(int *rest, int *part, int wanted)
{
	int got = wanted < *rest ? wanted : *rest;

	*part += got;
	*rest -= got;
	return *rest > 0;
}

/* Bars that are all alike say nothing by being high. */
static int most_bars(const struct timeline *timeline)
{
	return timeline->least_bytes > 0.8 * timeline->most_bytes ? EQUAL_BARS : MOST_BARS;
}

/* Who gets the rows: the strip and what it means, what is wrong, how large chunks are, when, all that is to be said, larger bars. */
static struct plan make_plan(int rows, int most_bars, bool has_marks, const struct chunks_lines *lines)
{
	struct plan plan = { .strip = 1 };
	bool has_timeline = most_bars > 0;
	int rest = rows - 1, some = lines->bad < 2 ? lines->bad : 2;

	take(&rest, &plan.legend, 1);
	if (has_marks)
		take(&rest, &plan.marks, 1);
	take(&rest, &plan.lines, some);
	if (has_timeline) {
		take(&rest, &plan.bars, 1);
		take(&rest, &plan.axis, 1);
	}
	take(&rest, &plan.lines, lines->bad - plan.lines);
	if (has_timeline && rows >= ROOMY_ROWS)
		take(&rest, &plan.bars, 2);
	if (rows >= ROOMY_ROWS)
		take(&rest, &plan.blank, 1);
	if (rows >= ROOMY_ROWS)
		take(&rest, &plan.above, 1);
	take(&rest, &plan.lines, lines->count - plan.lines);
	if (has_timeline)
		take(&rest, &plan.bars, most_bars - plan.bars);
	return plan;
}

/* Narrow panes have no room for a column of labels. */
int chunks_label_cols(const struct canvas *canvas)
{
	return canvas_cols(canvas) < 50 ? 0 : CHUNKS_LABEL_COLS;
}

void chunks_lines_draw(const struct chunks_lines *lines, int from_row, int rows, struct canvas *canvas)
{
	int cols = canvas_cols(canvas), label_cols = chunks_label_cols(canvas), text_col = MARGIN_COLS + label_cols;

	for (int i = 0; i < rows && i < lines->count; i++) {
		const struct chunks_line *line = &lines->v[i];
		bool is_cut = i + 1 == rows && i + 1 < lines->count && lines->v[i + 1].label[0] == '\0';
		char *text = is_cut ? mem_format("%s %s", line->text, lines->v[i + 1].text) : mem_copy(line->text);

		if (label_cols > 0)
			canvas_field(canvas, from_row + i, MARGIN_COLS, label_cols, STYLE_DIM, false, line->label);
		canvas_field(canvas, from_row + i, text_col, cols - text_col, line->style == STYLE_CRIT ? STYLE_LATE : line->style, false, text);
		if (line->is_bad && line->label[0] && line->style == STYLE_CRIT)
			canvas_put(canvas, from_row + i, 1, STYLE_CRIT, "!");
		mem_free(text);
	}
}

static void draw_timeline(const struct timeline *timeline, const struct timeline_fit *fit, const struct plan *plan, int selected,
	struct canvas *canvas)
{
	struct chart_cell cells[MOST_CELLS];

	timeline_lay(timeline, fit, selected, cells);
	chart_bars(canvas, plan->above, MARGIN_COLS, plan->bars, cells, fit->cols);
	chart_strip(canvas, plan->above + plan->bars, MARGIN_COLS, cells, fit->cols);
}

/* Without the chunks themselves their numbers make a strip too. */
static void draw_counts(const struct chunks_scene *scene, int row, struct canvas *canvas, int at_row)
{
	int64_t counts[CHART_KINDS];
	int col = MARGIN_COLS;

	count_kinds(scene, row, NULL, counts);
	col += canvas_put(canvas, at_row, col, STYLE_DIM, "old ");
	col += chart_chunks(canvas, at_row, col, canvas_cols(canvas) - col - 5, counts[CHART_LATE], counts[CHART_COMPRESSED], counts[CHART_RAW]);
	canvas_put(canvas, at_row, col, STYLE_DIM, " new");
}

void chunks_foot_draw(const struct chunks_scene *scene, int row, int selected, struct canvas *canvas)
{
	const struct timeline *timeline = timeline_of(scene, row);
	int cols = canvas_cols(canvas), room = cols - MARGIN_COLS - 1, at;
	struct timeline_fit fit = { 0 };
	struct chunks_lines lines;
	struct plan plan;

	if (row < 0 || room < 1 || canvas_rows(canvas) < 1)
		return;
	if (timeline)
		fit = timeline_fit(timeline, room < MOST_CELLS ? room : MOST_CELLS);
	chunks_lines_make(&lines, scene, row, cols - MARGIN_COLS - chunks_label_cols(canvas), chunks_label_cols(canvas) > 0);
	plan = make_plan(canvas_rows(canvas), fit.cols > 0 ? most_bars(timeline) : 0, fit.cols > 0 && has_marks(scene, row, timeline), &lines);
	if (fit.cols > 0)
		draw_timeline(timeline, &fit, &plan, selected, canvas);
	else if (pane_int(scene->hypertables, row, "chunks", 0) > 0)
		draw_counts(scene, row, canvas, plan.above);
	else
		canvas_put(canvas, plan.above, MARGIN_COLS, STYLE_DIM, "no chunks yet");
	at = plan.above + plan.bars + plan.strip;
	if (plan.marks > 0)
		draw_marks(scene, row, timeline, &fit, canvas, at);
	at += plan.marks;
	if (plan.axis > 0)
		draw_axis(timeline, &fit, selected, canvas, at);
	at += plan.axis;
	if (plan.legend > 0)
		draw_legend(scene, row, timeline, canvas, at);
	chunks_lines_draw(&lines, at + plan.legend + plan.blank, plan.lines, canvas);
	chunks_lines_done(&lines);
}

void chunks_strip_draw(const struct chunks_scene *scene, int row, struct canvas *canvas, int at_row, int col, int cols)
{
	const struct timeline *timeline = timeline_of(scene, row);
	struct chart_cell cells[MOST_CELLS];
	struct timeline_fit fit;
	int64_t counts[CHART_KINDS], all;

	if (cols > MOST_CELLS)
		cols = MOST_CELLS;
	if (timeline && timeline->count > 0 && cols > 0) {
		fit = timeline_fit(timeline, cols < timeline->count ? cols : timeline->count);
		timeline_lay(timeline, &fit, -1, cells);
		chart_strip(canvas, at_row, col + cols - fit.cols, cells, fit.cols);
		return;
	}
	count_kinds(scene, row, NULL, counts);
	all = counts[CHART_LATE] + counts[CHART_COMPRESSED] + counts[CHART_RAW];
	col += all < cols ? cols - (int)all : 0;
	chart_chunks(canvas, at_row, col, all < cols ? (int)all : cols, counts[CHART_LATE], counts[CHART_COMPRESSED], counts[CHART_RAW]);
}
