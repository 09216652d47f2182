/* fleet/health.h - the one threshold engine: facts in, verdicts out. Console, `status`, `check` and `metrics` all ask here.
 *
 * Thresholds stand in health_thresholds[] with the source of their number, and may be set in [threshold] of pgtend.ini.
 */
#ifndef PGTEND_FLEET_HEALTH_H
#define PGTEND_FLEET_HEALTH_H

#include "pgtend/fleet/fleet.h"

enum verdict { VERDICT_OK, VERDICT_WARN, VERDICT_CRIT, VERDICT_UNKNOWN };
const char *verdict_word(enum verdict verdict); /* "ok", "warn", "crit", "unknown" */

struct health_threshold {
	const char *name;      /* key in [threshold] */
	const char *otherwise; /* default as text: a ratio ("80%"), a duration ("5min"), a count */
	const char *doc;       /* what it bounds, and where the number comes from */
};
extern const struct health_threshold health_thresholds[];
extern const int health_threshold_count;

/* What one look found, worst first. */
struct health {
	enum verdict verdict;
	struct words reasons;  /* one line each, raw */
};
void health_judge(const struct fleet *fleet, const struct database *database, struct health *health);
void health_done(struct health *health);

/* One row a database: the row of FLEET and of `status` (shape status_shape). Missing facts give nulls. Caller frees. */
struct table *health_overview(const struct fleet *fleet, struct database *const *databases, int count);
extern const struct table_shape status_shape;

#endif
