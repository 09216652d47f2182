/* ui/layout.h - where everything stands on a screen of a given size. Pure arithmetic.
 *
 *   FULL    (100 columns, 28 rows and more)  title, FLEET, four panes in a square, JOBS, bottom line; CHUNKS and BACKUPS share a corner of the square;
 *                                            SERVER lies over the whole square while it has the focus
 *   STACKED (60x16 and more)                 title, FLEET, the pane last in focus, bottom line
 *   SINGLE  (30x8 and more)                  title, the focused pane, bottom line
 *   TINY                                     one worded line
 *
 * Panes are numbered as LAYOUT_*; what each shows is the console's business.
 */
#ifndef PGTEND_UI_LAYOUT_H
#define PGTEND_UI_LAYOUT_H

#include <stdbool.h>

enum { LAYOUT_FLEET, LAYOUT_MIGRATIONS, LAYOUT_TABLES, LAYOUT_CHUNKS, LAYOUT_ACTIVITY, LAYOUT_JOBS, LAYOUT_BACKUPS, LAYOUT_SERVER, LAYOUT_PANES };
enum { LAYOUT_LEAST_ROWS = 8, LAYOUT_LEAST_COLS = 30 };

enum layout_kind { LAYOUT_TINY, LAYOUT_SINGLE, LAYOUT_STACKED, LAYOUT_FULL };

struct rect { int row, col, rows, cols; }; /* rows 0: not on the screen */

struct layout {
	enum layout_kind kind;
	struct rect title;
	struct rect panes[LAYOUT_PANES]; /* each with its own title line on top */
	struct rect jobs_line;           /* one line for the running job where JOBS itself is not seen; rows 0: none */
	struct rect bottom;              /* prompt, messages; bottom_rows as wanted */
	int corner;                      /* FULL: which of the two stands lower left */
};

struct layout_wish {
	int rows, cols;
	int databases;    /* rows that FLEET would like */
	int jobs;         /* rows that JOBS would like */
	int bottom_rows;  /* 1; more while the prompt shows hints and candidates */
	int focus;        /* LAYOUT_* */
	int beneath;      /* the pane shown beneath FLEET where only one fits */
	int corner;       /* LAYOUT_BACKUPS: it stands lower left in place of CHUNKS, where only one of them fits */
	bool is_zoomed;   /* the focused pane alone */
	bool has_running_job;
};

void layout_make(const struct layout_wish *wish, struct layout *layout);
/* LAYOUT_* at that place; -1: none. */
int layout_at(const struct layout *layout, int row, int col);

#endif
