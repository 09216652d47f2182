/* See beside.h. */
#include "beside.h"

#include <string.h>

#include "pgtend/core/mem.h"
#include "pgtend/loop/task.h"
#include "pgtend/sql_embedded.h"

enum { DEADLINE_MS = 15000, READY_MS = 15000 };

/* --- the session ------------------------------------------------------------------------------------------------- */

/* What the dispatcher has asked already is not asked again. */
static bool learn(struct beside *beside, struct err *err)
{
	struct database *database = beside->database;
	struct err ignored = {0};
	if (!database->server->is_known) {
		struct session *session = database_session(beside->fleet, database);
		/* A database that is not there can come back all the same: its server says the rest. */
		if (!session_ready_wait(session, READY_MS, &ignored) ||
		    !database_learn_wait(beside->fleet, database, session, &ignored))
			return true;
	}
	return database_can(database, CAP_CREATE_DATABASE, err);
}

static bool open_keeper(struct beside *beside, struct err *err)
{
	static const char *const names[] = {"postgres", "template1"};
	struct err first = {0};
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
		struct err trouble = {0};
		/* Nobody can be beside the very database that he is in. */
		if (strcmp(names[i], beside->database->dbname) == 0)
			continue;
		beside->keeper = database_action_session(beside->fleet, beside->database, names[i], beside->verb, 0, true);
		if (session_ready_wait(beside->keeper, READY_MS, &trouble))
			return true;
		session_free(beside->keeper);
		beside->keeper = NULL;
		if (first.kind == ERR_NONE)
			first = trouble;
	}
	*err = first;
	return err_prefix(err, "%s: a session to another database of the server is needed", beside->database->name);
}

static bool stay(struct session *session, struct err *err)
{
	return session_query_wait(session,
	    session_server_version(session) >= 140000 ? "SET statement_timeout = 0; SET idle_session_timeout = 0"
	                                              : "SET statement_timeout = 0",
	    NULL, 0, DEADLINE_MS, NULL, err);
}

bool beside_reach_wait(struct beside *beside, struct err *err)
{
	if (!database_refuse_production(beside->database, beside->verb, err) || !learn(beside, err) ||
	    !open_keeper(beside, err))
		return false;
	if (session_is_pooled(beside->keeper)) {
		err_set(err, ERR_REFUSED, "%s is reached through a pooler, which can neither make databases nor keep a session",
		    beside->database->name);
		return err_hint(err, "add the address of the server itself to [database %s]: direct = host=HOST port=5432",
		    beside->database->name);
	}
	return stay(beside->keeper, err);
}

/* --- what the server says ------------------------------------------------------------------------------------------ */

static void forget(struct beside *beside)
{
	mem_free(beside->owner);
	mem_free(beside->comment);
	mem_free(beside->settings);
	mem_free(beside->prepared);
	mem_free(beside->subscriptions);
	mem_free(beside->all_subscriptions);
	mem_free(beside->slots);
	mem_free(beside->role);
	beside->owner = beside->comment = beside->settings = beside->prepared = beside->role = NULL;
	beside->subscriptions = beside->all_subscriptions = beside->slots = NULL;
	clients_done(&beside->clients);
}

static char *text_of(const struct result *r, const char *column)
{
	return mem_copy(result_text(r, 0, result_column(r, column)));
}

static bool flag_of(const struct result *r, const char *column)
{
	return result_bool(r, 0, result_column(r, column));
}

bool beside_look_wait(struct beside *beside, struct err *err)
{
	const char *timezone = section_text(beside->database->section, "timezone");
	const char *params[] = {beside->database->dbname, beside->is_sizeless ? "false" : "true", timezone};
	struct result *r = NULL;
	forget(beside);
	bool is_good = session_query_wait(beside->keeper, sql_fresh_source, params, 3, DEADLINE_MS, &r, err);
	if (is_good) {
		beside->oid = result_int(r, 0, result_column(r, "oid"), 0);
		beside->bytes = result_int(r, 0, result_column(r, "bytes"), -1);
		beside->owner = text_of(r, "owner");
		beside->comment = text_of(r, "comment");
		beside->settings = text_of(r, "settings");
		beside->prepared = text_of(r, "prepared");
		beside->subscriptions = text_of(r, "subscriptions");
		beside->all_subscriptions = text_of(r, "all_subscriptions");
		beside->slots = text_of(r, "slots");
		beside->role = text_of(r, "role");
		beside->may_copy = flag_of(r, "may_copy");
		beside->may_rename = flag_of(r, "may_rename");
		beside->may_give = flag_of(r, "may_give");
		beside->is_super = flag_of(r, "is_super");
		beside->may_create = flag_of(r, "may_create");
		beside->is_in_recovery = flag_of(r, "is_in_recovery");
	}
	result_free(r);
	return is_good && (beside->oid == 0 || clients_load_wait(beside->keeper, beside->oid, &beside->clients, err));
}

static bool may_make(const struct beside *beside, struct err *err)
{
	if (beside->is_in_recovery)
		return err_set(err, ERR_FAILED, "the server of %s is a standby: databases are made on its primary",
		    beside->database->name);
	if (!beside->may_create) {
		err_set(err, ERR_FAILED, "the role %s may not create databases", beside->role);
		return err_hint(err, "ALTER ROLE %s CREATEDB", beside->role);
	}
	return true;
}

bool beside_open_wait(struct beside *beside, struct err *err)
{
	return beside_reach_wait(beside, err) && beside_look_wait(beside, err) && may_make(beside, err);
}

/* --- what stands in the way ------------------------------------------------------------------------------------------ */

static bool is_free(const struct beside *beside, const char *what, struct err *err)
{
	const char *name = beside->database->dbname;
	if (beside->prepared) {
		err_set(err, ERR_FAILED, "prepared transactions stand in %s, and it cannot be %s: %s", name, what, beside->prepared);
		return err_hint(err, "COMMIT PREPARED or ROLLBACK PREPARED each, in %s", name);
	}
	if (beside->subscriptions) {
		err_set(err, ERR_FAILED, "%s is fed by the subscription %s, whose worker stays connected to it", name,
		    beside->subscriptions);
		return err_hint(err, "ALTER SUBSCRIPTION ... DISABLE first");
	}
	return true;
}

bool beside_may_copy(const struct beside *beside, struct err *err)
{
	const char *name = beside->database->dbname;
	if (beside->oid == 0) {
		err_set(err, ERR_FAILED, "the database %s does not exist", name);
		return err_hint(err, "pgtend create %s", beside->database->name);
	}
	if (!beside->may_copy) {
		err_set(err, ERR_FAILED, "the role %s may not copy %s, which belongs to %s", beside->role, name, beside->owner);
		return err_hint(err, "that takes its owner with CREATEDB, or a superuser: GRANT %s TO %s", beside->owner, beside->role);
	}
	return is_free(beside, "copied", err);
}

bool beside_may_rename(const struct beside *beside, struct err *err)
{
	const char *name = beside->database->dbname;
	if (beside->oid == 0)
		return true;
	if (!beside->may_rename) {
		err_set(err, ERR_FAILED, "the role %s may not rename %s, which belongs to %s", beside->role, name, beside->owner);
		return err_hint(err, "that takes its owner with CREATEDB, or a superuser: GRANT %s TO %s", beside->owner, beside->role);
	}
	if (beside->slots) {
		err_set(err, ERR_FAILED, "replication slots belong to %s, and would go with it: %s", name, beside->slots);
		return err_hint(err, "drop what is not needed: SELECT pg_drop_replication_slot('NAME')");
	}
	/* Also one that stands still would go on in the database that is put aside, and keep it from being dropped. */
	if (beside->all_subscriptions) {
		err_set(err, ERR_FAILED, "%s has the subscription %s, which would not go over to the new one", name, beside->all_subscriptions);
		return err_hint(err, "in it: DROP SUBSCRIPTION for each, which also takes its slot away on the other side");
	}
	return is_free(beside, "renamed", err);
}

/* --- acts ------------------------------------------------------------------------------------------------------------- */

void beside_start_workers(const struct beside *beside, const char *dbname)
{
	struct err trouble = {0};
	struct session *session = database_action_session(beside->fleet, beside->database, dbname, beside->verb, 0, true);
	task_shield();
	if (!session_ready_wait(session, READY_MS, &trouble) ||
	    !session_query_wait(session, sql_restore_workers, NULL, 0, DEADLINE_MS, NULL, &trouble))
		report_log(beside->report, "TimescaleDB's workers in %s may stand still: %s", dbname, trouble.text);
	task_unshield();
	session_free(session);
}

/* Sessions that have just ended need a moment, which DROP waits for by itself. */
bool beside_drop_wait(const struct beside *beside, const char *dbname, bool is_hasty, struct err *err)
{
	return session_queryf_wait(beside->keeper, 0, NULL, err, "DROP DATABASE IF EXISTS %I%s", dbname,
	    is_hasty ? " WITH (FORCE)" : "");
}

void beside_close(struct beside *beside)
{
	forget(beside);
	if (beside->keeper)
		session_free(beside->keeper);
	memset(beside, 0, sizeof *beside);
}
