/* The chunks of each hypertable as a timeline: which cell of a strip each is, where policies draw their lines.
 *
 * Owns: copies of what it needs of FACT_CHUNK_LIST, made once when news came; a strip of any width is laid from it at each drawing.
 */
#ifndef PGTEND_SRC_CONSOLE_TIMELINE_H
#define PGTEND_SRC_CONSOLE_TIMELINE_H

#include <stdbool.h>
#include <stdint.h>

#include "pgtend/core/table.h"
#include "pgtend/ui/chart.h"

/* A chunk, several that a row of the facts stands for, or a stretch of time without any. */
struct span {
	int row;                  /* among the relation's own rows, from 0; -1: a gap */
	enum chart_kind kind;
	int64_t chunks;
	double bytes;             /* of one chunk; negative: not known */
	bool has_range, has_created;
	int64_t from, to;         /* microseconds, or integer time */
	int64_t created;
};

struct timeline {
	char *schema, *name;
	int first;                /* its rows in the table of facts: from here on, `rows` of them */
	int rows;
	struct span *spans;
	int count;
	int64_t chunks;
	int64_t counts[CHART_KINDS]; /* chunks of each kind */
	double most_bytes, least_bytes; /* of one chunk */
	double width;             /* of one chunk, in the units of from and to; 0: not known */
	double extent;            /* from the beginning of the first to the end of the last */
	bool is_integer;
	bool has_bins;            /* rows that stand for several */
};

struct timelines; /* opaque */

struct timelines *timelines_new(const struct table *list); /* of FACT_CHUNK_LIST; NULL: none */
void timelines_free(struct timelines *timelines);
const struct timeline *timelines_find(const struct timelines *timelines, const char *schema, const char *name); /* NULL: no chunks */

/* Where something older than `cutoff` ends: index of the first span that stays, whole or in part; `count`: none stays. */
int timeline_cut(const struct timeline *timeline, int64_t cutoff, bool is_by_creation);

/* How a timeline stands in so many columns. */
struct timeline_fit {
	int cols;                 /* that are used */
	int each;                 /* columns of one span; 0: several share a column */
	int count;
};
struct timeline_fit timeline_fit(const struct timeline *timeline, int cols);
/* Column where the span begins. */
int timeline_col(const struct timeline_fit *fit, int span);
/* Fills fit->cols cells. selected_row: as span.row; -1. */
void timeline_lay(const struct timeline *timeline, const struct timeline_fit *fit, int selected_row, struct chart_cell *cells);
/* The span of a row; -1. */
int timeline_span(const struct timeline *timeline, int row);

#endif
