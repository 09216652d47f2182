/* console/console.h - the interactive console: panes, keys, prompt, questions, until the user quits.
 *
 * Owns: the terminal from console_run() to its return, what is selected, focused, typed and asked.
 * Must not know: libpq, SQL, how facts are collected or verbs are done.
 */
#ifndef PGTEND_CONSOLE_CONSOLE_H
#define PGTEND_CONSOLE_CONSOLE_H

#include <stdbool.h>

#include "pgtend/core/err.h"
#include "pgtend/fleet/fleet.h"

enum console_colour { CONSOLE_COLOUR_AUTO, CONSOLE_COLOUR_ALWAYS, CONSOLE_COLOUR_NEVER };

struct console_options {
	const char *database;       /* selected first: section's name or dbname; NULL: the first one */
	const char *fleet_name;     /* for the title bar; NULL: the configuration's folder */
	int refresh_ms;             /* 0: the configuration's, else 2,000 */
	bool has_no_mouse;          /* --no-mouse, beside the configuration's `mouse`: the terminal keeps its own selection */
	bool is_ascii;              /* --ascii: no line drawing, no block characters, whatever the locale */
	enum console_colour colour; /* AUTO: the configuration's `color`, not with NO_COLOR, not where the terminal has none */
};

/* Whether standard input and output are a terminal that can be drawn on; err (ERR_USAGE) says why not and what
 * to use instead. Cheap; to be asked before anything is started. */
PGTEND_CHECK bool console_can_run(struct err *err);
/* Draws, collects, obeys; runs the fleet's loop until the user quits or a signal ends it. The terminal is as it
 * was on return. Returns the exit status: 0, 2 (no terminal; said on standard error), 129, 130 or 143. */
int console_run(struct fleet *fleet, const struct console_options *options);

#endif
