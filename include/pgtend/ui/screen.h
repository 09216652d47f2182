/* ui/screen.h - the terminal: the only ncurses output of pgtend.
 *
 * Owns: the terminal's modes from screen_open() to screen_close(), what is on it now, and that it is as it was after any end
 * of the process (exit, mem_die(), SIGSEGV, SIGABRT ...; SIGTERM and SIGHUP end the loop and come to screen_close()).
 * One a process. Must not know: what is drawn.
 */
#ifndef PGTEND_UI_SCREEN_H
#define PGTEND_UI_SCREEN_H

#include <stdbool.h>

#include "pgtend/core/err.h"
#include "pgtend/ui/canvas.h"
#include "pgtend/ui/theme.h"

struct screen_options {
	bool has_mouse;
	bool is_ascii;
	enum theme_kind theme;   /* wished; a terminal without colours makes it plain */
};

/* Standard input and output are a terminal that can be addressed; else ERR_USAGE in words. */
PGTEND_CHECK bool screen_can_open(struct err *err);
/* Also sets the theme. Signal watches of the loop must be there already: ncurses then leaves its own handlers out. */
PGTEND_CHECK bool screen_open(const struct screen_options *options, struct err *err);
/* NULL-safe in spirit: nothing when it is not open. */
void screen_close(void);
/* Brackets around something else that uses the terminal (Ctrl-Z). After the resume everything is drawn anew. */
void screen_suspend(void);
void screen_resume(void);
/* What the terminal says its size is now. */
void screen_size(int *rows, int *cols);
/* Sends what differs from what is there; nothing when nothing does. cursor_row < 0: no cursor. */
void screen_show(const struct canvas *canvas, int cursor_row, int cursor_col);
/* The next screen_show() draws everything (Ctrl-L, a new size). */
void screen_forget(void);
/* A descriptor of its own for reading keys, not blocking, without making standard input so; the caller's. -1: errno says why. */
int screen_input_fd(void);
/* Bytes that the terminal driver holds and nobody has read are thrown away. */
void screen_flush_input(void);
bool screen_has_paste_marks(void);

#endif
