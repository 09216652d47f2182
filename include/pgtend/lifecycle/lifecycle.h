/* lifecycle/lifecycle.h - a database comes and goes: create, drop.
 *
 * All in a task. Each is atomic or says exactly what is done and what is not.
 */
#ifndef PGTEND_LIFECYCLE_LIFECYCLE_H
#define PGTEND_LIFECYCLE_LIFECYCLE_H

#include "pgtend/core/err.h"
#include "pgtend/core/report.h"
#include "pgtend/fleet/fleet.h"

extern const struct table_shape create_shape;

/* Exists already: says so, true. */
PGTEND_CHECK bool lifecycle_create(
    struct fleet *fleet, struct database *database, bool is_dry_run, struct report *report, struct err *err);

#endif
