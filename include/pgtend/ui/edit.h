/* ui/edit.h - a short line that is typed without readline: a filter, an answer, a search.
 *
 * Owns: the text and the place of the cursor in it (never inside a character).
 */
#ifndef PGTEND_UI_EDIT_H
#define PGTEND_UI_EDIT_H

#include <stdbool.h>

#include "pgtend/core/text.h"
#include "pgtend/ui/canvas.h"
#include "pgtend/ui/keys.h"

struct edit { /* a zeroed struct is an empty line */
	struct text text;
	size_t cursor; /* byte offset */
};

/* True when the key changed the line or moved in it. Pasted line breaks become blanks. Enter and Esc are the caller's. */
bool edit_key(struct edit *edit, const struct key *key);
void edit_set(struct edit *edit, const char *s);
const char *edit_str(const struct edit *edit);
void edit_done(struct edit *edit);
/* Draws it in `cols` columns, scrolled so that the cursor is seen; returns the cursor's column. */
int edit_draw(const struct edit *edit, struct canvas *canvas, int row, int col, int cols, enum style style);

#endif
