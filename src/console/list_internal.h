/* What list.c and list_draw.c share. */
#ifndef PGTEND_SRC_CONSOLE_LIST_INTERNAL_H
#define PGTEND_SRC_CONSOLE_LIST_INTERNAL_H

#include "pgtend/console/list.h"

/* The visible text of a cell of the screen (column: index in list->columns). Caller frees. */
char *list_cell_text(const struct list *list, int row, int column);

#endif
