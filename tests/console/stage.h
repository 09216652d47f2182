/* A whole console without a terminal: a configuration's text, facts put in, keys pressed, the screen as text. Its servers are never asked. */
#ifndef PGTEND_TESTS_CONSOLE_STAGE_H
#define PGTEND_TESTS_CONSOLE_STAGE_H

#include "../../src/console/console_internal.h"

/* Of the test that runs. */
extern struct fleet *fleet;
extern struct console *console;

/* give (may be NULL) puts facts in before the console sees the fleet. 40 rows, 120 columns, GOLDEN_NOW_US. */
int stage_open(const char *ini, void (*give)(void));
int stage_close(void **state);

void press(char c);
/* As a terminal sends them; each call is a burst of its own. */
void type(const char *bytes);
/* The canvas as text, drawn anew. Caller frees. */
char *screen(void);
void assert_shows(const char *wanted);
void assert_hides(const char *unwanted);
/* Against golden/NAME.txt; rows 0: at the size that it has. */
void assert_screen(int rows, int cols, const char *golden);

#endif
