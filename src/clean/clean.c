/* clean/clean.c - empties a database and keeps its structure, its migration history, and what was asked to stay. */
#include "clean_internal.h"
#include "pgtend/core/units.h"
#include "pgtend/fleet/blocker.h"

static bool clean(struct database *database, struct session *session, struct report *report, struct err *err)
{
	struct clean_set set = {0};
	int64_t began_us = units_now_us();
	report_step(report, "looking at what references what");
	bool ok = clean_set_load(database, session, &set, err) && clean_set_decide(database, &set, err) &&
	          clean_act(database, session, &set, report, err);
	if (ok) {
		clean_tell(database, &set, (double)(units_now_us() - began_us) / 1000.0, report);
		report_rows(report, clean_rows(database, &set));
	}
	clean_set_done(&set);
	return ok;
}

bool clean_run(struct fleet *fleet, struct database *database, struct report *report, struct err *err)
{
	if (!database_refuse_production(database, "clean", err))
		return false;
	struct session *session =
	    database_action_session(fleet, database, NULL, "clean", database_lock_timeout_ms(database), true);
	bool ok = session_ready_wait(session, 0, err) && database_learn_again_wait(fleet, database, session, err) &&
	          database_refuse_standby(database, "clean its primary", err) &&
	          clean(database, session, report, err);
	session_free(session);
	return ok;
}
