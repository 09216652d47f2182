/* fleet/health.h - the one threshold engine: facts in, verdicts out. Console, `status`, `check` and `metrics` all ask here. */
#ifndef PGTEND_FLEET_HEALTH_H
#define PGTEND_FLEET_HEALTH_H

#include "pgtend/fleet/fleet.h"

enum verdict { VERDICT_OK, VERDICT_WARN, VERDICT_CRIT, VERDICT_UNKNOWN };
const char *verdict_word(enum verdict verdict); /* "ok", "warn", "crit", "unknown" */

/* One row a database: the row of FLEET and of `status` (shape status_shape). Missing facts give nulls. Caller frees. */
struct table *health_overview(const struct fleet *fleet, struct database *const *databases, int count);
extern const struct table_shape status_shape;

#endif
