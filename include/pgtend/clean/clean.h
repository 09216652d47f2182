/* clean/clean.h - a database is emptied and keeps its structure, its migration history, and what was asked to stay.
 *
 * In a task. One transaction: the database is as before or empty, never between.
 */
#ifndef PGTEND_CLEAN_CLEAN_H
#define PGTEND_CLEAN_CLEAN_H

#include "pgtend/core/err.h"
#include "pgtend/core/report.h"
#include "pgtend/fleet/fleet.h"

extern const struct table_shape clean_shape;

/* Every table of every schema that is neither history, extension member, foreign, nor kept; sequences restart. */
PGTEND_CHECK bool clean_preview(
    struct fleet *fleet, struct database *database, struct words *lines, struct err *err);
PGTEND_CHECK bool clean_run(
    struct fleet *fleet, struct database *database, struct report *report, struct err *err);

#endif
