/* restore/live.c - the database that is to give its name to a restored one. See act_internal.h. */
#include <string.h>

#include "act_internal.h"
#include "pgtend/core/mem.h"
#include "pgtend/sql_embedded.h"

enum { DEADLINE_MS = 15000, READY_MS = 10000 };

static const char *column(const struct result *r, const char *name)
{
	return result_text(r, 0, result_column(r, name));
}

void live_done(struct live *live)
{
	mem_free(live->owner);
	mem_free(live->comment);
	mem_free(live->tablespace);
	mem_free(live->slots);
	memset(live, 0, sizeof *live);
}

/* --- what stands in the way ------------------------------------------------------------------------------------ */

static bool may_go(const struct database *database, const struct result *r, struct err *err)
{
	const char *name = database->dbname, *role = column(r, "role");
	int64_t prepared = result_int(r, 0, result_column(r, "prepared"), 0);
	if (!result_bool(r, 0, result_column(r, "may_rename"))) {
		err_set(err, ERR_FAILED, "the role %s may not rename %s, which belongs to %s", role, name, column(r, "owner"));
		return err_hint(err, "that takes its owner with CREATEDB, or a superuser; restore it --as another name");
	}
	if (prepared > 0) {
		err_set(err, ERR_FAILED, "%lld prepared transaction%s in %s: it cannot give its name away", (long long)prepared,
		    prepared == 1 ? " stands" : "s stand", name);
		return err_hint(err, "SELECT gid FROM pg_prepared_xacts WHERE database = '%s'; then COMMIT or ROLLBACK PREPARED", name);
	}
	if (column(r, "subscriptions")) {
		err_set(err, ERR_FAILED, "%s is fed by the subscription %s, whose worker stays connected to it", name,
		    column(r, "subscriptions"));
		return err_hint(err, "ALTER SUBSCRIPTION ... DISABLE first");
	}
	if (column(r, "foreign_clients")) {
		err_set(err, ERR_FAILED, "%s may not end the sessions in %s of: %s", role, name, column(r, "foreign_clients"));
		return err_hint(err, "have them end, or restore as a superuser");
	}
	return true;
}

/* --- what it holds ------------------------------------------------------------------------------------------------- */

static bool ask_number(struct session *session, const char *sql, int64_t *value)
{
	struct err ignored = {0};
	struct result *r = NULL;
	bool is_good = session_query_wait(session, sql, NULL, 0, DEADLINE_MS, &r, &ignored) && result_rows(r) > 0;
	if (is_good)
		*value = result_int(r, 0, 0, -1);
	result_free(r);
	return is_good;
}

/* A database that lets nobody in (any more) can be replaced all the same. */
static void look_inside(struct fleet *fleet, struct database *database, struct live *live)
{
	struct err ignored = {0};
	int64_t extensions = 0;
	struct session *session = database_action_session(fleet, database, NULL, "restore", 0, true);
	live->tables = live->rows = -1;
	if (session_ready_wait(session, READY_MS, &ignored)) {
		(void)ask_number(session, sql_restore_live_tables, &live->tables);
		(void)ask_number(session, sql_restore_live_rows, &live->rows);
		live->has_timescale =
		    ask_number(session, "SELECT count(*) FROM pg_catalog.pg_extension WHERE extname = 'timescaledb'", &extensions) &&
		    extensions > 0;
		if (live->has_timescale)
			(void)ask_number(session, sql_restore_jobs_on, &live->jobs);
	}
	session_free(session);
}

bool live_look(struct fleet *fleet, struct database *database, struct session *session, struct live *live, struct err *err)
{
	const char *params[] = {database->dbname};
	struct result *r = NULL;
	memset(live, 0, sizeof *live);
	bool is_good = session_query_wait(session, sql_restore_live, params, 1, DEADLINE_MS, &r, err);
	if (is_good && result_rows(r) > 0) {
		live->is_there = true;
		live->oid = result_int(r, 0, result_column(r, "oid"), 0);
		live->bytes = result_int(r, 0, result_column(r, "bytes"), -1);
		live->owner = mem_copy(column(r, "owner"));
		live->comment = mem_copy(column(r, "comment"));
		live->tablespace = mem_copy(column(r, "tablespace"));
		live->slots = mem_copy(column(r, "slots"));
		is_good = may_go(database, r, err);
	}
	result_free(r);
	if (is_good && live->is_there)
		look_inside(fleet, database, live);
	return is_good;
}

void live_clients(struct session *session, const char *dbname, struct words *lines)
{
	const char *params[] = {dbname};
	struct result *r = NULL;
	struct err err = {0};
	if (!session_query_wait(session, sql_restore_clients, params, 1, DEADLINE_MS, &r, &err))
		words_take(lines, mem_format("connected clients cannot be seen: %s", err.text));
	else if (result_rows(r) == 0)
		words_add(lines, "connected: nobody");
	for (int i = 0; i < (r ? result_rows(r) : 0); i++)
		words_take(lines, mem_format("connected: %s (%s), %s connection%s, %s busy: ended at the change of names",
		                      result_text(r, i, 0), result_text(r, i, 1) ? result_text(r, i, 1) : "-",
		                      result_text(r, i, 2), result_int(r, i, 2, 1) == 1 ? "" : "s", result_text(r, i, 3)));
	result_free(r);
}
