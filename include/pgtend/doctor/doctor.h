/* doctor/doctor.h - the way to one database, walked step by step from the name to the clock: what is well, what is not, why, and what to do.
 *
 * Owns: the steps and their words. Only looks: nothing is changed, on no server. Needs a session of its own, so that what a pane's session
 * holds open or has given up does not colour what is found.
 */
#ifndef PGTEND_DOCTOR_DOCTOR_H
#define PGTEND_DOCTOR_DOCTOR_H

#include "pgtend/core/err.h"
#include "pgtend/core/table.h"
#include "pgtend/fleet/fleet.h"

/* One row a step, always all nine, in the order of the way; who shows them may add what was left behind. */
#define DOCTOR_COLUMNS \
	{"step", CELL_TEXT, "step", 0, "name, port, tls, authentication, database, rights, extension, pooler, clock: in the order of the way. Behind them copies, restores and backups, where a run that died left something of them."}, \
	{"verdict", CELL_TEXT, "verdict", 0, "ok, note (it works, but there is something to know), failed, or not reached."}, \
	{"what", CELL_TEXT, "what", 0, "What was found, as a line; null: not reached."}, \
	{"mend", CELL_TEXT, "what to do", 1, "What mends it: a command, a statement, a line of a configuration; null: nothing is to be done."}, \
	{"took_ms", CELL_MS, "took", 2, "How long the step took; null: it was told by the step before."}

extern const struct table_shape doctor_shape;

/* In a task. Adds the nine rows to `table`, whose shape has DOCTOR_COLUMNS. False: a step failed, and *err (ERR_FAILED) is the first
 * that did, with what to do as its hint; ERR_CANCELLED when the task was. */
PGTEND_CHECK bool doctor_walk_wait(struct fleet *fleet, struct database *database, struct table *table, struct err *err);

#endif
