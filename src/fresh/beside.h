/* fresh/beside.h - a database seen from beside: by a session to another one of its server, because none may be in a
 * database that is copied, renamed or dropped. Inside fresh/ only.
 *
 * Owns: that session, what the server says of the database and of our rights, what stands in the way. In a task.
 */
#ifndef PGTEND_FRESH_BESIDE_H
#define PGTEND_FRESH_BESIDE_H

#include "pgtend/core/report.h"
#include "pgtend/fleet/fleet.h"
#include "pgtend/scratch/clients.h"
#include "pgtend/fresh/copy.h"

struct beside {
	struct fleet *fleet;
	struct database *database;
	struct report *report;
	const char *verb;
	bool leaves_lost; /* a database that is gone does not get its name back: copies_mend() */
	bool is_sizeless; /* its size is not asked: that takes a while */
	struct session *keeper; /* to postgres or template1; holds the locks of copies */
	/* As the server says it; the database itself: */
	int64_t oid; /* 0: it is not there */
	int64_t bytes; /* -1: not told */
	char *owner, *comment;
	char *settings; /* that seeds can see; of one that is not there: those of a new one; NULL: none */
	char *prepared, *subscriptions, *all_subscriptions, *slots; /* NULL: none; subscriptions: those at work */
	bool may_copy, may_rename, may_give;
	/* ... and of us: */
	char *role;
	bool is_super, may_create, is_in_recovery;
	struct clients clients; /* of it */
};
/* Refuses production, a server that makes no databases, a pooler without `direct =`. err: why it cannot be done at all. */
PGTEND_CHECK bool beside_open_wait(struct beside *beside, struct err *err);
/* The same without looking at the database: for who wants the copies alone. */
PGTEND_CHECK bool beside_reach_wait(struct beside *beside, struct err *err);
/* Again, for who has waited. */
PGTEND_CHECK bool beside_look_wait(struct beside *beside, struct err *err);
/* Whether a copy of it can be made; whether it can give its name away. */
PGTEND_CHECK bool beside_may_copy(const struct beside *beside, struct err *err);
PGTEND_CHECK bool beside_may_rename(const struct beside *beside, struct err *err);
/* TimescaleDB's workers in `dbname`, which a copy or a change of names has ended, begin again. What hinders them is logged. */
void beside_start_workers(const struct beside *beside, const char *dbname);
/* Drops a copy of ours: not while others are connected to it, unless is_hasty. */
PGTEND_CHECK bool beside_drop_wait(const struct beside *beside, const char *dbname, bool is_hasty, struct err *err);
void beside_close(struct beside *beside);

#endif
