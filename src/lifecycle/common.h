/* src/lifecycle/common.h - what the verbs of this folder share. */
#ifndef PGTEND_LIFECYCLE_COMMON_H
#define PGTEND_LIFECYCLE_COMMON_H

#include "pgtend/lifecycle/lifecycle.h"
#include "pgtend/loop/task.h"

/* seed and clean never run in production, whatever asked for it. */
PGTEND_CHECK bool lifecycle_refuse_production(const struct database *database, const char *verb, struct err *err);
/* Key lock_timeout in milliseconds; for "wait for ever" the longest that the server takes. */
int lifecycle_lock_timeout_ms(const struct database *database);

/* Who holds the relations (oids as "{1,2}") against us: "public.orders is held by pid 12 (psql, user app, idle in
 * transaction) for 4m".
 * is_exclusive: every lock bars us, not only the stronger ones. NULL: nobody any more. In a task; caller frees. */
char *lifecycle_blocker(struct session *session, const char *oids, bool is_exclusive);

/* One statement that must not stand in a transaction (VACUUM, CREATE DATABASE), with a look every now and then
 * while it runs. */
struct lifecycle_statement {
	const char *sql;
	int tick_ms;             /* 0: no ticks */
	void (*tick)(void *arg); /* in the task, at most every tick_ms */
	void *arg;
};
/* *result (may be NULL: not wanted) is the answer, also of one that failed; the caller frees it. */
PGTEND_CHECK bool lifecycle_run_alone(struct fleet *fleet, struct session *session,
    const struct lifecycle_statement *statement, struct result **result, struct err *err);

#endif
