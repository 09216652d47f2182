/* seeds/seeds.h - the seeds folder of a database: what stands in it, and filling the database from it.
 *
 * In a task. Each file is atomic or it is said exactly what is done and what is not.
 */
#ifndef PGTEND_SEEDS_SEEDS_H
#define PGTEND_SEEDS_SEEDS_H

#include "pgtend/core/err.h"
#include "pgtend/core/report.h"
#include "pgtend/fleet/fleet.h"

extern const struct table_shape seed_shape;

/* Files of the seeds folder (and of its subfolder named as the environment) in name order: .sql through psql in one
 * transaction a file, executables with the connection in their environment. only: one file's name, or NULL. Refuses
 * production by itself too. */
PGTEND_CHECK bool seeds_run(struct fleet *fleet, struct database *database, const char *only, bool is_dry_run,
    struct report *report, struct err *err);

#endif
