/* fleet/blocker.c - how long an action waits for a lock, and who holds what it did not get. */
#include "pgtend/fleet/blocker.h"

#include <limits.h>

#include "pgtend/core/mem.h"
#include "pgtend/core/units.h"
#include "pgtend/sql_embedded.h"

enum { LOOK_DEADLINE_MS = 5000 };

int database_lock_timeout_ms(const struct database *database)
{
	double seconds = section_seconds(database->section, "lock_timeout");
	return seconds <= 0 || seconds > INT_MAX / 1000.0 ? INT_MAX : (int)(seconds * 1000.0 + 0.5);
}

char *database_blocker(struct session *session, const char *oids, bool is_exclusive)
{
	const char *params[] = {oids, is_exclusive ? "true" : "false"};
	struct result *r = NULL;
	struct err ignored;
	char since[UNITS_SIZE], *words = NULL;
	if (session_query_wait(session, sql_fleet_blockers, params, 2, LOOK_DEADLINE_MS, &r, &ignored) &&
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
