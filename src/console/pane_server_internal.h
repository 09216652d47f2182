/* What the files of the SERVER pane share. */
#ifndef PGTEND_SRC_CONSOLE_PANE_SERVER_INTERNAL_H
#define PGTEND_SRC_CONSOLE_PANE_SERVER_INTERNAL_H

#include "pgtend/console/pane.h"

enum { SERVER_SECTIONS = 9 };

int server_foot_rows(const struct pane_data *data, int rows);
void server_draw_foot(const struct pane_data *data, int row, struct canvas *canvas);

#endif
