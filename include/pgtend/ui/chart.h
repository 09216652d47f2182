/* ui/chart.h - small bars made of characters; what they say is readable without colour.
 */
#ifndef PGTEND_UI_CHART_H
#define PGTEND_UI_CHART_H

#include <stdbool.h>
#include <stdint.h>

#include "pgtend/ui/canvas.h"

/* [######------] in `cols` columns; all <= 0: not known, an empty bar. */
void chart_progress(struct canvas *canvas, int row, int col, int cols, int64_t done, int64_t all);
/* The same as a text (ASCII or UTF-8 as the theme says), for a cell of a list. Caller frees. */
char *chart_progress_text(int cols, int64_t done, int64_t all);

/* Chunks from old to new by their numbers alone: late, compressed, raw. Each kind that exists gets a column at least; returns the columns drawn (one a chunk when they fit). */
int chart_chunks(struct canvas *canvas, int row, int col, int cols, int64_t late, int64_t compressed, int64_t raw);
/* How `cols` columns are shared out by `counts` (count of them), none of what exists left out when there is room. */
void chart_share(int cols, const int64_t *counts, int count, int *shares);

/* --- a timeline of chunks: old on the left --------------------------------------------------- */

/* What a cell shows. Where several chunks share one, the highest stands for all. */
enum chart_kind {
	CHART_BLANK, CHART_GAP, CHART_COMPRESSED, CHART_RAW, CHART_WAITING /* should be compressed */, CHART_PARTIAL, CHART_FROZEN, CHART_FUTURE,
	CHART_LATE, CHART_LOCKED,
	/* backups, by the depth to which each was verified; or what stands in place of one */
	CHART_MISSED, CHART_DUE, CHART_DAMAGED, CHART_UNREAD, CHART_CHECKED, CHART_READ, CHART_RESTORED, CHART_KINDS,
};
struct chart_cell {
	enum chart_kind kind;
	double height;     /* of its bar, 0..1; negative: not known */
	bool is_selected;
};
const char *chart_glyph(enum chart_kind kind);
enum style chart_style(enum chart_kind kind);
/* "late", "to compress": for a legend. */
const char *chart_word(enum chart_kind kind);
/* A row of glyphs, one a cell. */
void chart_strip(struct canvas *canvas, int row, int col, const struct chart_cell *cells, int count);
/* Bars of so many rows; what has a height has an eighth at least. */
void chart_bars(struct canvas *canvas, int row, int col, int rows, const struct chart_cell *cells, int count);

#endif
