/* probes/probe.h - one set of facts each: its SQL, its shape, how dear it is.
 *
 * A probe is one file probe_X.c, one or more sql/X*.sql, one line in registry.c. It never knows that a screen exists.
 */
#ifndef PGTEND_PROBES_PROBE_H
#define PGTEND_PROBES_PROBE_H

#include "pgtend/fleet/fleet.h"

enum probe_scope { PROBE_SERVER, PROBE_DATABASE, PROBE_POOLER };
enum probe_tier { TIER_TICK, TIER_MINUTE, TIER_HOUR }; /* every refresh; 60 s; 1 h or asked for */

/* What a probe is asked about: exactly one of the three is not NULL (database probes have server too). */
struct probe_target {
	struct fleet *fleet;
	struct server *server;
	struct database *database;
	struct pooler *pooler;
	bool is_once; /* a verb asks, not the tick: nothing is left out because it was not there a moment ago */
};

struct probe {
	enum fact fact;
	const char *name;
	enum probe_scope scope;
	enum probe_tier tier;
	int deadline_ms;
	bool is_offline;   /* reads files only: asked also when the server does not answer; session may be NULL */
	const struct table_shape *shape;
	/* In a task: asks through `session` (already live and learned) and fills a new table. */
	bool (*ask)(const struct probe_target *target, struct session *session, struct table *table, struct err *err);
};

const struct probe *probe_of(enum fact fact); /* NULL: nobody registered it */
/* For probes of higher floors (migrate, backup): once, at start. */
void probe_register(const struct probe *probe);

#endif
