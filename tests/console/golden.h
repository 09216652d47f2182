/* Screens as text, compared with files of tests/console/golden/. Remade (and then looked at, and committed) with
 *   PGTEND_GOLDEN=remake PGTEND_BUILD=$PWD/build PGTEND_SOURCE=$PWD tests/run console/test_panes console/test_console
 */
#ifndef PGTEND_TESTS_CONSOLE_GOLDEN_H
#define PGTEND_TESTS_CONSOLE_GOLDEN_H

#include "pgtend/ui/canvas.h"

/* Fails the cmocka test, with the got text printed, when the canvas is not as golden/NAME.txt says. */
void assert_golden(const struct canvas *canvas, const char *name);

/* 2026-11-21T14:02:11Z: now, in every canvas text. */
#define GOLDEN_NOW_US (1795269731LL * 1000000)

#endif
