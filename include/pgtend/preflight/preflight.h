/* preflight/preflight.h - may this be deployed now? The checklist before a deployment, each line looked at rather than ticked.
 *
 * Owns: the lines, what is a finding. Reads only: migration folders, .env files, backups, the servers' own words. Never tries a password.
 */
#ifndef PGTEND_PREFLIGHT_PREFLIGHT_H
#define PGTEND_PREFLIGHT_PREFLIGHT_H

#include "pgtend/core/report.h"
#include "pgtend/fleet/fleet.h"

/* In a task. Rows (preflight_shape) for every line of every database into the report, in any case; false with ERR_FAILED when there are findings, or a
 * line that could not be looked at. */
PGTEND_CHECK bool preflight_wait(struct fleet *fleet, struct database *const *databases, int count, struct report *report, struct err *err);
extern const struct table_shape preflight_shape;

#endif
