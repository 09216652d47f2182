/* preflight/pulse.h - how a database felt before it was changed, so that afterwards can be told what the change did.
 *
 * Owns: the few numbers that `migrate up` leaves before it begins ($XDG_STATE_HOME/pgtend/before, one small file a database, no text of any
 * statement in it), and holding those of now against them.
 */
#ifndef PGTEND_PREFLIGHT_PULSE_H
#define PGTEND_PREFLIGHT_PULSE_H

#include "pgtend/core/report.h"
#include "pgtend/fleet/fleet.h"

struct pulse; /* opaque */
/* In a task: asks through a session of the database. */
PGTEND_CHECK bool pulse_take(struct fleet *fleet, const struct database *database, struct session *session, struct pulse **pulse, struct err *err);
void pulse_free(struct pulse *pulse); /* NULL is nothing */
/* what: who changes it now, "migrate up". */
PGTEND_CHECK bool pulse_keep(const struct database *database, const struct pulse *pulse, const char *what, struct err *err);

/* In a task. Rows (after_shape) of every database: what is worse than before the last `migrate up` is a finding. As preflight_wait() otherwise. */
PGTEND_CHECK bool after_wait(struct fleet *fleet, struct database *const *databases, int count, struct report *report, struct err *err);
extern const struct table_shape after_shape;

#endif
