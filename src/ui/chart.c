#include "pgtend/ui/chart.h"

#include "pgtend/core/text.h"
#include "pgtend/ui/theme.h"

static int filled(int cols, int64_t done, int64_t all)
{
	if (all <= 0 || done <= 0)
		return 0;
	if (done >= all)
		return cols;
	return (int)((double)cols * ((double)done / (double)all));
}

void chart_progress(struct canvas *canvas, int row, int col, int cols, int64_t done, int64_t all)
{
	int inside = cols - 2, full = filled(inside, done, all);

	if (inside < 1)
		return;
	canvas_put(canvas, row, col, STYLE_DIM, "[");
	canvas_repeat(canvas, row, col + 1, full, STYLE_BAR, theme_glyph(GLYPH_BAR_DONE));
	canvas_repeat(canvas, row, col + 1 + full, inside - full, STYLE_DIM, theme_glyph(GLYPH_BAR_LEFT));
	canvas_put(canvas, row, col + 1 + inside, STYLE_DIM, "]");
}

char *chart_progress_text(int cols, int64_t done, int64_t all)
{
	struct text out = { 0 };
	int inside = cols - 2, full = filled(inside, done, all);

	text_add_char(&out, '[');
	for (int i = 0; i < inside; i++)
		text_add(&out, theme_glyph(i < full ? GLYPH_BAR_DONE : GLYPH_BAR_LEFT));
	text_add_char(&out, ']');
	return text_take(&out);
}

void chart_share(int cols, const int64_t *counts, int count, int *shares)
{
	int64_t all = 0;
	int used = 0, largest = 0;

	for (int i = 0; i < count; i++) {
		all += counts[i];
		if (counts[i] > counts[largest])
			largest = i;
	}
	for (int i = 0; i < count; i++) {
		if (all <= cols)
			shares[i] = (int)counts[i];
		else
			shares[i] = (int)((double)cols * ((double)counts[i] / (double)all));
		if (counts[i] > 0 && shares[i] == 0)
			shares[i] = 1;
		used += shares[i];
	}
	/* What rounding left over or took too much belongs to the one where it shows least. */
	if (all > cols && count > 0)
		shares[largest] += cols - used;
	if (count > 0 && shares[largest] < 0)
		shares[largest] = 0;
}

int chart_chunks(struct canvas *canvas, int row, int col, int cols, int64_t late, int64_t compressed, int64_t raw)
{
	const int64_t counts[3] = { late, compressed, raw };
	static const enum style styles[3] = { STYLE_CRIT, STYLE_COMPRESSED, STYLE_RAW };
	static const enum theme_glyph glyphs[3] = { GLYPH_LATE, GLYPH_COMPRESSED, GLYPH_RAW };
	int shares[3], at = col;

	if (cols < 1)
		return 0;
	chart_share(cols, counts, 3, shares);
	for (int i = 0; i < 3; i++) {
		canvas_repeat(canvas, row, at, shares[i], styles[i], theme_glyph(glyphs[i]));
		at += shares[i];
	}
	return at - col;
}
