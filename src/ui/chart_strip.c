/* A timeline of chunks: what each is as a character, what it takes as a bar. */
#include "pgtend/ui/chart.h"
#include "pgtend/ui/theme.h"

static const struct { const char *word; enum theme_glyph glyph; enum style style; } kinds[CHART_KINDS] = {
	[CHART_BLANK] = { "", GLYPH_GAP, STYLE_PLAIN },
	[CHART_GAP] = { "no chunk", GLYPH_GAP, STYLE_DIM },
	[CHART_COMPRESSED] = { "compressed", GLYPH_COMPRESSED, STYLE_COMPRESSED },
	[CHART_RAW] = { "raw", GLYPH_RAW, STYLE_RAW },
	[CHART_WAITING] = { "to compress", GLYPH_WAITING, STYLE_WARN },
	[CHART_PARTIAL] = { "partial", GLYPH_PARTIAL, STYLE_KEY },
	[CHART_FROZEN] = { "frozen", GLYPH_FROZEN, STYLE_KEY },
	[CHART_FUTURE] = { "future", GLYPH_FUTURE, STYLE_ODD },
	[CHART_LATE] = { "late", GLYPH_LATE, STYLE_CRIT },
	[CHART_LOCKED] = { "locked", GLYPH_LOCKED, STYLE_ODD },
	[CHART_MISSED] = { "missed", GLYPH_LOCKED, STYLE_CRIT },
	[CHART_DUE] = { "due", GLYPH_DUE, STYLE_WARN },
	[CHART_DAMAGED] = { "damaged", GLYPH_LATE, STYLE_CRIT },
	[CHART_UNREAD] = { "not read back", GLYPH_UNREAD, STYLE_WARN },
	[CHART_CHECKED] = { "checksum", GLYPH_PARTIAL, STYLE_KEY },
	[CHART_READ] = { "read", GLYPH_READ, STYLE_OK },
	[CHART_RESTORED] = { "restored", GLYPH_RESTORED, STYLE_OK },
};

const char *chart_glyph(enum chart_kind kind)
{
	return kind == CHART_BLANK ? " " : theme_glyph(kinds[kind].glyph);
}

enum style chart_style(enum chart_kind kind)
{
	return kinds[kind].style;
}

const char *chart_word(enum chart_kind kind)
{
	return kinds[kind].word;
}

void chart_strip(struct canvas *canvas, int row, int col, const struct chart_cell *cells, int count)
{
	for (int i = 0; i < count; i++)
		canvas_put(canvas, row, col + i, cells[i].is_selected ? STYLE_SELECTED : chart_style(cells[i].kind), chart_glyph(cells[i].kind));
}

static const char *bar_glyph(enum chart_kind kind, int eighths)
{
	static const char *const parts[] = { " ", "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█" };

	if (theme_is_utf8())
		return parts[eighths];
	return eighths >= 6 ? chart_glyph(kind) : eighths >= 3 ? ":" : eighths >= 1 ? "." : " ";
}

void chart_bars(struct canvas *canvas, int row, int col, int rows, const struct chart_cell *cells, int count)
{
	for (int i = 0; i < count; i++) {
		enum style style = cells[i].is_selected ? STYLE_BOLD : cells[i].kind == CHART_LATE ? STYLE_LATE : chart_style(cells[i].kind);
		int eighths = (int)(cells[i].height * rows * 8 + 0.5);

		if (cells[i].kind <= CHART_GAP || cells[i].kind == CHART_MISSED || cells[i].kind == CHART_DUE || cells[i].height <= 0)
			continue;
		if (eighths < 1)
			eighths = 1;
		for (int k = rows - 1; k >= 0 && eighths > 0; k--, eighths -= 8)
			canvas_put(canvas, row + k, col + i, style, bar_glyph(cells[i].kind, eighths < 8 ? eighths : 8));
	}
}
