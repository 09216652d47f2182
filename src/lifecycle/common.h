/* src/lifecycle/common.h - what the verbs of this folder share. */
#ifndef PGTEND_LIFECYCLE_COMMON_H
#define PGTEND_LIFECYCLE_COMMON_H

#include "pgtend/lifecycle/lifecycle.h"
#include "pgtend/loop/task.h"
#include "pgtend/pg/alone.h"

/* seed and clean never run in production, whatever asked for it. */
PGTEND_CHECK bool lifecycle_refuse_production(const struct database *database, const char *verb, struct err *err);
/* Key lock_timeout in milliseconds; for "wait for ever" the longest that the server takes. */
int lifecycle_lock_timeout_ms(const struct database *database);

/* Who holds the relations (oids as "{1,2}") against us: "public.orders is held by pid 12 (psql, user app, idle in
 * transaction) for 4m".
 * is_exclusive: every lock bars us, not only the stronger ones. NULL: nobody any more. In a task; caller frees. */
char *lifecycle_blocker(struct session *session, const char *oids, bool is_exclusive);

#endif
