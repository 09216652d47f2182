/* lifecycle/common.c - what the verbs of this folder share. */
#include "common.h"

#include <limits.h>
#include <stdlib.h>
#include <strings.h>

#include "pgtend/core/mem.h"
#include "pgtend/core/units.h"
#include "pgtend/sql_embedded.h"

enum { LOOK_DEADLINE_MS = 5000 };

bool lifecycle_refuse_production(const struct database *database, const char *verb, struct err *err)
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

int lifecycle_lock_timeout_ms(const struct database *database)
{
	double seconds = section_seconds(database->section, "lock_timeout");
	return seconds <= 0 || seconds > INT_MAX / 1000.0 ? INT_MAX : (int)(seconds * 1000.0 + 0.5);
}

char *lifecycle_blocker(struct session *session, const char *oids, bool is_exclusive)
{
	const char *params[] = {oids, is_exclusive ? "true" : "false"};
	struct result *r = NULL;
	struct err ignored;
	char since[UNITS_SIZE], *words = NULL;
	if (session_query_wait(session, sql_lifecycle_blockers, params, 2, LOOK_DEADLINE_MS, &r, &ignored) &&
	    result_rows(r) > 0) {
		const char *user = result_text(r, 0, result_column(r, "user"));
		words =
		    mem_format("%s is held by pid %s (%s, user %s, %s) for %s", result_text(r, 0, result_column(r, "relation")),
		        result_text(r, 0, result_column(r, "pid")), result_text(r, 0, result_column(r, "application")),
		        user != NULL ? user : "-", result_text(r, 0, result_column(r, "state")),
		        units_age(since, result_int(r, 0, result_column(r, "since_s"), 0)));
	}
	result_free(r);
	return words;
}
