/* lifecycle/lifecycle.h - create, seed, clean: a database from nothing to filled and back to empty.
 *
 * All in a task. Each is atomic or says exactly what is done and what is not.
 */
#ifndef PGTEND_LIFECYCLE_LIFECYCLE_H
#define PGTEND_LIFECYCLE_LIFECYCLE_H

#include "pgtend/core/err.h"
#include "pgtend/core/report.h"
#include "pgtend/fleet/fleet.h"

/* Rows of the reports: create, seed, clean. */
extern const struct table_shape create_shape, seed_shape, clean_shape;

/* Exists already: says so, true. */
PGTEND_CHECK bool lifecycle_create(
    struct fleet *fleet, struct database *database, bool is_dry_run, struct report *report, struct err *err);

/* Files of the seeds folder (and of its subfolder named as the environment) in name order: .sql through psql in one
 * transaction a file, executables with the
 * connection in their environment. only: one file's name, or NULL. Refuses production by itself too. */
PGTEND_CHECK bool lifecycle_seed(struct fleet *fleet, struct database *database, const char *only, bool is_dry_run,
    struct report *report, struct err *err);

/* Every table of every schema that is neither history, extension member, foreign, nor kept. One transaction;
 * sequences restart. */
PGTEND_CHECK bool lifecycle_clean_preview(
    struct fleet *fleet, struct database *database, struct words *lines, struct err *err);
PGTEND_CHECK bool lifecycle_clean(
    struct fleet *fleet, struct database *database, struct report *report, struct err *err);

#endif
