/* probes/pool_links.h - application -> pool -> backend -> lock, from the facts of poolers and servers. */
#ifndef PGTEND_PROBES_POOL_LINKS_H
#define PGTEND_PROBES_POOL_LINKS_H

#include "pgtend/fleet/fleet.h"

/* The rows of FACT_POOL_CLIENTS that lead to the databases, each with what FACT_ACTIVITY says of the process that
 * works for it. Caller frees. */
struct table *pool_links(const struct fleet *fleet, struct database *const *databases, int count);
extern const struct table_shape pool_links_shape;

#endif
