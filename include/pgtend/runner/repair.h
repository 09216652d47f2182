/* runner/repair.h - where a run that did not come to its end left the database, and what can be done about it.
 *
 * Owns: the findings (each with the possible next steps as commands) and those steps that no other verb does: a changed file accepted, a
 * half-done file begun anew, an invalid index built again or dropped. All but the first look at nothing that runs now.
 */
#ifndef PGTEND_RUNNER_REPAIR_H
#define PGTEND_RUNNER_REPAIR_H

#include "pgtend/core/report.h"
#include "pgtend/fleet/fleet.h"

extern const struct table_shape migrate_repair_shape;
/* A row for each finding. In a task. Reads only. */
PGTEND_CHECK bool migrate_repair_look(struct fleet *fleet, struct database *database, struct table *rows, struct err *err);

struct migrate_repair {
	const struct words *accept;  /* migrations whose changed file is what is taken for applied from now on */
	const struct words *restart; /* migrations that begin anew: what is written down of their half-done run is forgotten */
	const struct words *rebuild; /* invalid indexes, SCHEMA.NAME, to be built again */
	const struct words *drop;    /* invalid indexes to be dropped */
	bool is_dry_run;
};
/* What cannot be done is said before anything is. In a task, under the tool's lock. */
PGTEND_CHECK bool migrate_repair(struct fleet *fleet, struct database *database, const struct migrate_repair *repair,
    struct report *report, struct err *err);

#endif
