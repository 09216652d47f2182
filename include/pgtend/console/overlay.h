/* console/overlay.h - a box over the panes: help, details, logs, rows of a verb, a menu.
 *
 * Owns: its lines or its table, and where it is scrolled to.
 */
#ifndef PGTEND_CONSOLE_OVERLAY_H
#define PGTEND_CONSOLE_OVERLAY_H

#include <stdbool.h>

#include "pgtend/console/list.h"
#include "pgtend/core/table.h"
#include "pgtend/ui/canvas.h"
#include "pgtend/ui/keys.h"

enum overlay_kind { OVERLAY_TEXT, OVERLAY_ROWS, OVERLAY_MENU };

struct overlay_line {
	char *text;        /* visible */
	enum style style;
	int indent;        /* columns under which a wrapped line goes on */
};

struct overlay {
	enum overlay_kind kind;
	char *title;
	struct overlay_line *lines;
	size_t line_count;
	int cursor, top;           /* in lines of the screen; MENU: cursor in lines */
	int body_rows, text_rows;  /* of the last drawing */
	struct table *table;       /* ROWS: owned */
	struct list list;
	struct words foot;         /* ROWS: lines beneath (hints, log), visible */
	char *filter;              /* TEXT: only lines that contain it */
	unsigned serial;           /* no other overlay of this process has it */
	int watched;               /* a job's number whose log this is, drawn as it grows; 0: none */
};

struct overlay *overlay_new(enum overlay_kind kind, const char *title);
void overlay_free(struct overlay *overlay); /* NULL is nothing */
/* Raw text; made visible here. Line breaks in it begin a new line. */
void overlay_add(struct overlay *overlay, enum style style, const char *format, ...) __attribute__((format(printf, 3, 4)));
/* One raw line; what of it is wrapped goes on under column `indent`. */
void overlay_line(struct overlay *overlay, enum style style, int indent, const char *raw);
/* "NAME   value" with the value wrapped under itself. */
void overlay_field(struct overlay *overlay, enum style style, const char *name, const char *value);
void overlay_clear(struct overlay *overlay);
/* Takes the table over. */
void overlay_rows(struct overlay *overlay, struct table *table);
bool overlay_key(struct overlay *overlay, const struct key *key);
void overlay_filter(struct overlay *overlay, const char *filter);
/* In a box over the middle of the canvas (the whole of it when it is small). */
void overlay_draw(struct overlay *overlay, struct canvas *canvas);
/* All columns of a row with their values and what they mean. */
void overlay_row(struct overlay *overlay, const struct table *table, int row);
/* The frame that dialogs share: clears, draws the border and title, gives the inside. Free it with canvas_free(). */
struct canvas *overlay_box(struct canvas *canvas, int rows, int cols, const char *title, enum style style);

#endif
