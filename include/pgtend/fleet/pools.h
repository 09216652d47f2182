/* fleet/pools.h - whose pool is whose: what poolers, servers and the configuration say of one database, put together.
 *
 * Reads facts only, asks nobody.
 */
#ifndef PGTEND_FLEET_POOLS_H
#define PGTEND_FLEET_POOLS_H

#include "pgtend/fleet/fleet.h"

/* Whether the pooler may stand in front of the database, as far as the configuration tells: by `pooler` of its section and `for` of the pooler's. */
bool pooler_is_of(const struct pooler *pooler, const struct database *database);
/* Whether a row of FACT_POOLS leads to the database: by `pooler` of its section and `for` of the pooler's where they are said, and by its name. */
bool pool_is_of(const struct pooler *pooler, const struct table *pools, int row, const struct database *database);

/* How many connections pools and applications may open to the database's server if all of them fill up. */
struct pool_demand {
	int64_t pooled;       /* all pools of the poolers that lead to the database and to the same server: pool_size and reserve, within their databases' limits */
	int64_t applications; /* the maxima of `applications` of the server's databases that no pooler stands in front of */
	int64_t most;         /* max_connections without what is reserved; 0: not known */
	int pools;            /* how many pools were counted */
};
void pool_demand_of(const struct fleet *fleet, const struct database *database, struct pool_demand *demand);

/* The pools that applications keep themselves: one row for each application_name that `applications` of the database's section names, and for each other
 * that holds connections to it, pgtend's own left out. Where a pooler stands in front, they are counted there. Caller frees. */
struct table *application_pools(const struct fleet *fleet, const struct database *database);
extern const struct table_shape application_pools_shape;

#endif
