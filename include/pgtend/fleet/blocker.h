/* fleet/blocker.h - how long an action waits for a lock, and who holds what it did not get. */
#ifndef PGTEND_FLEET_BLOCKER_H
#define PGTEND_FLEET_BLOCKER_H

#include "pgtend/fleet/fleet.h"

/* Key lock_timeout in milliseconds; for "wait for ever" the longest that the server takes. */
int database_lock_timeout_ms(const struct database *database);

/* Who holds the relations (oids as "{1,2}") against us: "public.orders is held by pid 12 (psql, user app, idle in
 * transaction) for 4m".
 * is_exclusive: every lock bars us, not only the stronger ones. NULL: nobody any more. In a task; caller frees. */
char *database_blocker(struct session *session, const char *oids, bool is_exclusive);

#endif
