/* src/lifecycle/drop_internal.h - what the files of drop share: drop.c leads, drop_look.c knows what is there and what stands in the
 * way, drop_preview.c tells. */
#ifndef PGTEND_LIFECYCLE_DROP_INTERNAL_H
#define PGTEND_LIFECYCLE_DROP_INTERNAL_H

#include "lifecycle_internal.h"
#include "pgtend/scratch/clients.h"

enum { DROP_DEADLINE_MS = 15000 };

struct dropping {
	struct fleet *fleet;
	struct database *database;
	struct session *keeper; /* in another database of the server */
	char *name;             /* of the database in the server; a pooler may call it otherwise */
	char *system;           /* the server's identifier; "" where it is not told */
	bool is_there, is_invalid, is_template, may_drop;
	int64_t oid, bytes;     /* bytes -1: not told */
	char *owner, *role, *prepared, *subscriptions, *active_slots;
	struct words idle_slots;
	int64_t tables, rows;   /* as the statistics have them; -1: cannot be asked */
	int own_pid;            /* our session that looked inside, which may take a moment to end; 0 */
	struct clients clients; /* in it; workers of extensions left out: they end with it */
};
/* Connects and looks, not inside. */
PGTEND_CHECK bool drop_look(struct dropping *dropping, struct fleet *fleet, struct database *database, struct err *err);
void drop_done(struct dropping *dropping);
/* Tables and rows, as far as it lets us in. No session is left in it. */
void drop_look_inside(struct dropping *dropping);
/* What would keep the server from dropping it, in words. */
PGTEND_CHECK bool drop_may(const struct dropping *dropping, struct err *err);
PGTEND_CHECK bool drop_load_clients(struct dropping *dropping, struct err *err);
/* The sessions of this very process that are in it are closed: panes come back by themselves. */
void drop_close_own(struct dropping *dropping);

#endif
