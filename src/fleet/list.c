/* Which databases a server has, for those who configured nothing. */
#include <string.h>

#include "pgtend/fleet/fleet.h"
#include "pgtend/sql_embedded.h"

static bool ask(struct session *session, int deadline_ms, struct words *dbnames, struct err *err)
{
	struct result *result = NULL;
	bool is_asked = session_ready_wait(session, deadline_ms, err) &&
					session_query_wait(session, sql_fleet_list, NULL, 0, deadline_ms, &result, err);
	for (int row = 0; is_asked && row < result_rows(result); row++)
		words_add(dbnames, result_text(result, row, 0));
	result_free(result);
	return is_asked;
}

bool fleet_list_wait(struct fleet *fleet, int deadline_ms, struct words *dbnames, struct err *err)
{
	struct database *first = fleet->databases[0];
	if (ask(database_session(fleet, first), deadline_ms, dbnames, err))
		return true;
	/* Nobody need have a database of the user's own name. */
	if (strcmp(err->sqlstate, "3D000") != 0)
		return false;
	struct session *session = database_action_session(fleet, first, "postgres", "list", 0, false);
	err_clear(err);
	bool is_asked = ask(session, deadline_ms, dbnames, err);
	session_free(session);
	return is_asked;
}
