/* maintain/maintain.h - what keeps a database in shape: vacuum, analyze, reindex, what is due daily and weekly.
 *
 * All in a task, through a session of its own. Each table is one step: what one of them refuses is kept with it and named at the end.
 */
#ifndef PGTEND_MAINTAIN_MAINTAIN_H
#define PGTEND_MAINTAIN_MAINTAIN_H

#include "pgtend/core/err.h"
#include "pgtend/core/report.h"
#include "pgtend/fleet/fleet.h"

/* Rows of the reports. */
extern const struct table_shape vacuum_shape;

/* which: NULL, "analyze" or "full"; tables empty: all. Progress from pg_stat_progress_*. */
PGTEND_CHECK bool maintain_vacuum(struct fleet *fleet, struct database *database, const char *which,
    const struct words *tables, bool is_dry_run, struct report *report, struct err *err);

#endif
