/* fleet/indexes.h - what follows from the facts about indexes: which are unused on all servers, and what is wrong with each in words. */
#ifndef PGTEND_FLEET_INDEXES_H
#define PGTEND_FLEET_INDEXES_H

#include "pgtend/fleet/fleet.h"

/* Whether both are the same database on two servers of one cluster, a primary and its standby or two standbys. Only known once both answered. */
bool indexes_is_twin(const struct database *one, const struct database *other);
/* FACT_INDEXES of a database with what its twins in the fleet scan. Caller frees; NULL: it was never asked. */
struct table *indexes_of(const struct fleet *fleet, const struct database *database);
/* Fills is_unused and advice of every row anew; limits are the fleet's. twins: how many servers beside this one standby_scans speak of. */
void indexes_judge(const struct fleet *fleet, struct table *table, int twins, int64_t now_us);

#endif
