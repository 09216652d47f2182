/* runner/lock.h - who holds the lock under which migrations run, and ending that session.
 *
 * Owns: the question (the tool's advisory lock; where the tool has none also the history table's own lock) and the end of a session that
 * is still the one that was shown. The lock of a session that ends is free at once.
 */
#ifndef PGTEND_RUNNER_LOCK_H
#define PGTEND_RUNNER_LOCK_H

#include "pgtend/core/report.h"
#include "pgtend/fleet/fleet.h"

extern const struct table_shape migrate_lock_shape;
/* A row for each session that holds it or waits for it; one with the state `free` when nobody holds it. In a task. */
PGTEND_CHECK bool migrate_lock_look(struct fleet *fleet, struct database *database, struct table *rows, struct err *err);
/* Those that hold it, as migrate_lock_release() wants to hear of them; "" when it is free. Caller frees. */
char *migrate_lock_holders(const struct table *rows);
/* Ends the sessions that hold it. shown: what was shown before, NULL: nothing was; then ERR_REFUSED when others hold it now. In a task. */
PGTEND_CHECK bool migrate_lock_release(
    struct fleet *fleet, struct database *database, const char *shown, struct report *report, struct err *err);

#endif
