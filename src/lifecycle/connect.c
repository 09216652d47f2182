/* lifecycle/connect.c - ways to a server on which the database need not be. */
#include <string.h>

#include "lifecycle_internal.h"
#include "pgtend/core/mem.h"
#include "pgtend/fleet/blocker.h"

void lifecycle_forget(struct database *database)
{
	database->oid = 0;
	database->has_timescaledb = false;
	mem_free(database->timescaledb_version);
	mem_free(database->timescaledb_license);
	database->timescaledb_version = database->timescaledb_license = NULL;
}

struct session *lifecycle_connect(
    struct fleet *fleet, struct database *database, const char *dbname, const char *verb, struct err *err)
{
	struct session *session =
	    database_action_session(fleet, database, dbname, verb, database_lock_timeout_ms(database), true);
	if (session_ready_wait(session, 0, err))
		return session;
	session_free(session);
	return NULL;
}

bool lifecycle_is_single(const struct database *database)
{
	return database->direct == NULL && section_text(database->section, "pooler") != NULL &&
	       section_is_set(database->section, "pool_size") && section_int(database->section, "pool_size") == 1;
}

/* postgres, else template1, else the database itself: some hosts let in to nothing else. A server of one session would
 * make others wait, so there the database is asked first (elsewhere it is not: PgBouncer remembers for 15 s that a
 * database was not there). A server that does not answer is not asked again. */
struct session *lifecycle_connect_beside(
    struct fleet *fleet, struct database *database, const char *verb, const char **beside, struct err *err)
{
	const char *const usual[] = {"postgres", "template1", NULL}, *const single[] = {NULL, "postgres", "template1"};
	const char *const *names = lifecycle_is_single(database) ? single : usual;
	struct session *session = NULL;
	struct err other = {0};
	bool may_help = true;
	*beside = NULL;
	for (int i = 0; i < 3 && session == NULL && may_help; i++) {
		struct err *last = i == 0 ? err : &other;
		session = lifecycle_connect(fleet, database, names[i], verb, last);
		*beside = names[i];
		may_help = session == NULL && last->sqlstate[0] != '\0' && strcmp(last->sqlstate, "28P01") != 0;
	}
	return session;
}
