/* fleet/production.c - what never runs in production, whatever asked for it. */
#include <stdlib.h>
#include <strings.h>

#include "pgtend/fleet/fleet.h"

bool database_refuse_production(const struct database *database, const char *verb, struct err *err)
{
	const char *node_env = getenv("NODE_ENV");
	if (database->environment == ENVIRONMENT_PRODUCTION)
		return err_set(err, ERR_REFUSED, "%s is production: %s never runs there", database->name, verb);
	if (node_env != NULL && strcasecmp(node_env, "production") == 0) {
		err_set(err, ERR_REFUSED, "NODE_ENV says production: %s never runs there", verb);
		return err_hint(err, "unset NODE_ENV when %s is not production", database->name);
	}
	return true;
}
