/* ui/theme.h - how meanings look: colours and attributes of each style, and the few characters that are drawn.
 *
 * Owns: the choice between colour and none, UTF-8 and ASCII; made once at start (theme_init).
 * At most the eight ANSI colours on the terminal's own background. Meaning is never colour alone:
 * where a style has a colour, the text beside it says the same.
 */
#ifndef PGTEND_UI_THEME_H
#define PGTEND_UI_THEME_H

#include <stdbool.h>

#include "pgtend/ui/canvas.h"

enum theme_colour { THEME_DEFAULT = -1, THEME_BLACK, THEME_RED, THEME_GREEN, THEME_YELLOW, THEME_BLUE, THEME_MAGENTA, THEME_CYAN, THEME_WHITE };

struct theme_look {
	enum theme_colour foreground, background;
	bool is_bold, is_dim, is_reverse, is_underlined;
};

enum theme_glyph {
	GLYPH_HORIZONTAL, GLYPH_VERTICAL, GLYPH_TEE_DOWN, GLYPH_TEE_UP, GLYPH_CROSS,
	GLYPH_TOP_LEFT, GLYPH_TOP_RIGHT, GLYPH_BOTTOM_LEFT, GLYPH_BOTTOM_RIGHT,
	GLYPH_LESS, GLYPH_MORE, GLYPH_UP, GLYPH_DOWN, GLYPH_POINTER, GLYPH_SEPARATOR, GLYPH_ELLIPSIS,
	GLYPH_BAR_DONE, GLYPH_BAR_LEFT, GLYPH_RETURN,
	/* chunks */
	GLYPH_GAP, GLYPH_RAW, GLYPH_WAITING, GLYPH_COMPRESSED, GLYPH_PARTIAL, GLYPH_FROZEN, GLYPH_FUTURE, GLYPH_LOCKED, GLYPH_LATE,
	/* backups */
	GLYPH_DUE, GLYPH_UNREAD, GLYPH_READ, GLYPH_RESTORED,
	GLYPH_COUNT,
};

/* PLAIN: bold and reverse only. LIGHT: no yellow and no cyan, which vanish on white. */
enum theme_kind { THEME_PLAIN, THEME_COLOURED, THEME_LIGHT };

/* Before anything is drawn; without a call: plain, ASCII. */
void theme_init(enum theme_kind kind, bool is_utf8);
bool theme_has_colour(void);
bool theme_is_utf8(void);
struct theme_look theme_look(enum style style);
/* One column wide; static. */
const char *theme_glyph(enum theme_glyph glyph);

#endif
