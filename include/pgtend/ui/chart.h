/* ui/chart.h - small bars made of characters; what they say is readable without colour.
 */
#ifndef PGTEND_UI_CHART_H
#define PGTEND_UI_CHART_H

#include <stdint.h>

#include "pgtend/ui/canvas.h"

/* [######------] in `cols` columns; all <= 0: not known, an empty bar. */
void chart_progress(struct canvas *canvas, int row, int col, int cols, int64_t done, int64_t all);
/* The same as a text (ASCII or UTF-8 as the theme says), for a cell of a list. Caller frees. */
char *chart_progress_text(int cols, int64_t done, int64_t all);

/* Chunks from old to new: late `!`, compressed `#`, raw `=`. Each kind that exists gets a column at least; returns the columns drawn (one a chunk when they fit). */
int chart_chunks(struct canvas *canvas, int row, int col, int cols, int64_t late, int64_t compressed, int64_t raw);
/* How `cols` columns are shared out by `counts` (count of them), none of what exists left out when there is room. */
void chart_share(int cols, const int64_t *counts, int count, int *shares);

#endif
