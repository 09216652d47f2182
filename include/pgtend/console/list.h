/* console/list.h - rows of a table with a cursor: sort, filter, scroll in both directions, columns that give way.
 *
 * Owns: which columns are shown and how wide, the order of rows, the selected row (remembered by its key, so that it
 * stays when rows come and go). The table itself is only looked at.
 */
#ifndef PGTEND_CONSOLE_LIST_H
#define PGTEND_CONSOLE_LIST_H

#include <regex.h>
#include <stdbool.h>

#include "pgtend/core/table.h"
#include "pgtend/core/text.h"
#include "pgtend/ui/canvas.h"
#include "pgtend/ui/keys.h"

enum { LIST_COLUMNS = 64, LIST_KEYS = 4 };

/* A column as a view wants it. Columns of the shape that have a title and are not named here follow behind. */
struct list_column {
	const char *name;       /* in the shape; what it sorts by and whose documentation it shows. A name that the shape lacks is left out */
	const char *title;      /* NULL: the shape's */
	int priority;           /* 0 always shown; higher ones give way first; LIST_HIDDEN: not shown (another column says it) */
	int most_cols;          /* 0: 40 */
	bool grows;             /* takes what width is left */
	int least_cols;         /* of a column that grows, before others give way; 0: 16 */
	char *(*text)(const struct table *table, int row);       /* raw text made visible here; caller frees. NULL: the cell's own */
	enum style (*style)(const struct table *table, int row); /* NULL: plain */
	/* Draws itself in so many columns, in place of a text; takes the spare width before others that grow. NULL: a text. */
	void (*draw)(const struct table *table, int row, struct canvas *canvas, int at_row, int col, int cols);
	const char *doc;        /* for `?`; NULL: the shape's */
};
enum { LIST_HIDDEN = 99 };

struct list_wish {
	const struct list_column *columns;
	int column_count;
	const char *keys[LIST_KEYS]; /* columns that together name a row; NULL ends */
	/* One character before the row: '!' bad, '~' look here, ' ' nothing. NULL: none. */
	char (*mark)(const struct table *table, int row, enum style *style);
	bool is_newest_first;        /* unsorted, the table's last row stands first */
};

struct list_shown {
	const struct list_column *wish; /* NULL: by the shape alone */
	int column;                     /* in the shape */
	int width;                      /* the widest seen */
};

struct list { /* list_init() before use */
	const struct list_wish *wish;
	const struct table_shape *shape;
	struct list_shown columns[LIST_COLUMNS];
	int column_count;
	const struct table *table; /* as of the last list_update(); borrowed, good until the turn ends */
	int *order;                /* rows of the table that pass the filter, in the order of the screen */
	int count;
	int all;                   /* rows of the table */
	int cursor, top, left;
	char *key;                 /* of the row at the cursor */
	int sort;                  /* index in columns; -1: as they come */
	bool is_descending;
	char *filter;              /* NULL: none */
	regex_t pattern;
	bool has_pattern, is_inverse;
	int body_rows;             /* of the last drawing */
	int hidden_left, hidden_right;
};

void list_init(struct list *list, const struct list_wish *wish);
void list_done(struct list *list);
/* The rows are these now (NULL: none); keeps the cursor on its row. Call it whenever the table is another one or changed, and before keys after that. */
void list_update(struct list *list, const struct table *table);
/* Row of the table under the cursor; -1: none. */
int list_row(const struct list *list);
bool list_select(struct list *list, int row); /* a row of the table; false when it is filtered away */
/* The cursor goes to the first row, whatever row that will be. */
void list_top(struct list *list);
/* True when the key was one of the list's: moving, scrolling, sorting. */
bool list_key(struct list *list, const struct key *key);
/* NULL or "": no filter. Text, a regular expression, `!` in front turns it round. */
void list_filter(struct list *list, const char *filter);
void list_sort(struct list *list, int column, bool is_descending);
/* Headings in the first row, then rows. */
void list_draw(struct list *list, struct canvas *canvas, bool is_focused);
/* The canvas row of the last drawing back to a place in the list; false: no row there. Moves the cursor. */
bool list_click(struct list *list, int canvas_row);
/* "3 of 12  filter x  sort size v  +3 cols >": what is not plain about it; "" when nothing. Caller frees. */
char *list_status(const struct list *list);
const char *list_title(const struct list *list, int column);

#endif
