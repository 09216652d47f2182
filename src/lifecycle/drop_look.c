/* lifecycle/drop_look.c - the database that is to go: which one it is, what is in it, who is in it, what stands in the way. */
#include <string.h>

#include "drop_internal.h"
#include "pgtend/core/mem.h"
#include "pgtend/core/text.h"
#include "pgtend/sql_embedded.h"

/* --- which one -------------------------------------------------------------------------------- */

/* A pooler may call another database by this name: only the database itself says which one it is. */
static bool name_behind_pooler(struct dropping *dropping, struct err *err)
{
	struct result *r = NULL;
	struct session *own = lifecycle_connect(dropping->fleet, dropping->database, NULL, "drop", err);
	if (own == NULL && strcmp(err->sqlstate, "3D000") == 0) {
		err_clear(err);
		return true;
	}
	bool ok = own != NULL &&
	          session_query_wait(own, "select pg_catalog.current_database()", NULL, 0, DROP_DEADLINE_MS, &r, err);
	if (ok) {
		mem_free(dropping->name);
		dropping->name = mem_copy(result_text(r, 0, 0));
	} else {
		err_hint(err, "only the database itself says how the server calls it: give the server's own address, direct = ... in [database %s]",
		    dropping->database->name);
	}
	result_free(r);
	if (own != NULL)
		session_free(own);
	return ok;
}

static void ask_system(struct dropping *dropping)
{
	struct result *r = NULL;
	struct err ignored;
	if (session_query_wait(dropping->keeper, sql_fleet_identity, NULL, 0, DROP_DEADLINE_MS, &r, &ignored))
		dropping->system = mem_copy(result_text(r, 0, 0));
	if (dropping->system == NULL)
		dropping->system = mem_copy("");
	result_free(r);
}

static char *take(const struct result *r, const char *column)
{
	return mem_copy(result_text(r, 0, result_column(r, column)));
}

static bool ask(struct dropping *dropping, struct err *err)
{
	const char *params[] = {dropping->name}, *slots;
	struct result *r = NULL;
	bool ok = session_query_wait(dropping->keeper, sql_lifecycle_drop_look, params, 1, DROP_DEADLINE_MS, &r, err);
	if (ok && result_rows(r) == 1) {
		dropping->oid = result_int(r, 0, result_column(r, "oid"), 0);
		dropping->is_there = dropping->oid != 0;
		dropping->is_invalid = result_bool(r, 0, result_column(r, "is_invalid"));
		dropping->is_template = result_bool(r, 0, result_column(r, "is_template"));
		dropping->may_drop = result_bool(r, 0, result_column(r, "may_drop"));
		dropping->bytes = result_int(r, 0, result_column(r, "bytes"), -1);
		dropping->owner = take(r, "owner");
		dropping->role = take(r, "role");
		dropping->prepared = take(r, "prepared");
		dropping->subscriptions = take(r, "subscriptions");
		dropping->active_slots = take(r, "active_slots");
		slots = result_text(r, 0, result_column(r, "idle_slots"));
		if (slots != NULL)
			words_split(&dropping->idle_slots, slots, "\n");
	}
	result_free(r);
	return ok;
}

static bool connect_beside(struct dropping *dropping, struct err *err)
{
	struct database *database = dropping->database;
	const char *beside = NULL;
	dropping->keeper = lifecycle_connect_beside(dropping->fleet, database, "drop", &beside, err);
	if (dropping->keeper == NULL || !database_learn_again_wait(dropping->fleet, database, dropping->keeper, err))
		return false;
	bool can = database_can(database, CAP_CREATE_DATABASE, err);
	lifecycle_forget(database);
	if (!can || beside != NULL)
		return can;
	err_set(err, ERR_FAILED, "%s is dropped from another database of its server, and neither postgres nor template1 lets us in",
	    database->dbname);
	return err_hint(err, "GRANT CONNECT ON DATABASE postgres TO the role");
}

bool drop_look(struct dropping *dropping, struct fleet *fleet, struct database *database, struct err *err)
{
	memset(dropping, 0, sizeof *dropping);
	dropping->fleet = fleet;
	dropping->database = database;
	dropping->name = mem_copy(database->dbname);
	dropping->tables = dropping->rows = dropping->bytes = -1;
	if (!connect_beside(dropping, err))
		return false;
	if (session_is_pooled(dropping->keeper) && !name_behind_pooler(dropping, err))
		return false;
	ask_system(dropping);
	return ask(dropping, err) && (!dropping->is_there || drop_load_clients(dropping, err));
}

void drop_done(struct dropping *dropping)
{
	if (dropping->keeper != NULL)
		session_free(dropping->keeper);
	mem_free(dropping->name);
	mem_free(dropping->system);
	mem_free(dropping->owner);
	mem_free(dropping->role);
	mem_free(dropping->prepared);
	mem_free(dropping->subscriptions);
	mem_free(dropping->active_slots);
	words_done(&dropping->idle_slots);
	clients_done(&dropping->clients);
}

/* --- what is in it ------------------------------------------------------------------------------ */

static int64_t number(struct session *session, const char *sql)
{
	struct err ignored;
	struct result *r = NULL;
	int64_t value = -1;
	if (session_query_wait(session, sql, NULL, 0, DROP_DEADLINE_MS, &r, &ignored) && result_rows(r) > 0)
		value = result_int(r, 0, 0, -1);
	result_free(r);
	return value;
}

void drop_look_inside(struct dropping *dropping)
{
	struct err ignored;
	struct session *own =
	    dropping->is_invalid ? NULL : lifecycle_connect(dropping->fleet, dropping->database, NULL, "drop", &ignored);
	if (own == NULL)
		return;
	dropping->own_pid = session_backend_pid(own);
	dropping->tables = number(own, sql_restore_live_tables);
	dropping->rows = number(own, sql_restore_live_rows);
	session_free(own);
}

/* --- what stands in the way ---------------------------------------------------------------------- */

static bool is_of_server(const char *name)
{
	return strcmp(name, "postgres") == 0 || strcmp(name, "template0") == 0 || strcmp(name, "template1") == 0;
}

static bool may_role(const struct dropping *dropping, struct err *err)
{
	if (dropping->may_drop)
		return true;
	char *owner = text_sql_name(dropping->owner), *role = text_sql_name(dropping->role);
	err_set(err, ERR_FAILED, "the role %s may not drop %s, which belongs to %s", dropping->role, dropping->name, dropping->owner);
	err_hint(err, "that takes its owner or a superuser; as a superuser: GRANT %s TO %s", owner, role);
	mem_free(owner);
	mem_free(role);
	return false;
}

bool drop_may(const struct dropping *dropping, struct err *err)
{
	const char *name = dropping->name;
	if (is_of_server(name)) {
		err_set(err, ERR_REFUSED, "%s belongs to the server itself: pgtend does not drop it", name);
		return err_hint(err, "look at dbname in [database %s]", dropping->database->name);
	}
	if (dropping->database->server->is_in_recovery) {
		err_set(err, ERR_FAILED, "%s cannot be dropped on %s: that server is a standby (in recovery)", name, dropping->database->server->label);
		return err_hint(err, "drop it on the server that this one follows");
	}
	if (!may_role(dropping, err))
		return false;
	if (dropping->is_template) {
		char *quoted = text_sql_name(name);
		err_set(err, ERR_FAILED, "%s is marked as a template, which the server does not drop", name);
		err_hint(err, "ALTER DATABASE %s IS_TEMPLATE false", quoted);
		mem_free(quoted);
		return false;
	}
	if (dropping->prepared != NULL) {
		err_set(err, ERR_FAILED, "prepared transactions stand in %s, which keep it: %s", name, dropping->prepared);
		return err_hint(err, "in it: ROLLBACK PREPARED or COMMIT PREPARED for each");
	}
	if (dropping->subscriptions != NULL) {
		err_set(err, ERR_FAILED, "%s is fed by the subscription %s: the server does not drop a database that has one", name, dropping->subscriptions);
		return err_hint(err, "in it: DROP SUBSCRIPTION for each, which also takes its slot away on the other side");
	}
	if (dropping->active_slots != NULL) {
		err_set(err, ERR_FAILED, "somebody follows %s by the replication slot %s", name, dropping->active_slots);
		return err_hint(err, "end that subscription on the other side; its slot goes with the database then");
	}
	return true;
}

/* --- who is in it -------------------------------------------------------------------------------- */

/* Workers of extensions end when the server tells them that their database goes; only TimescaleDB's launcher could start them
 * again, and it waits for the same lock. */
static void leave_out(struct clients *clients, int own_pid)
{
	int kept = 0;
	for (int i = 0; i < clients->count; i++) {
		struct client *client = &clients->v[i];
		if (client->kind != CLIENT_WORKER && client->pid != own_pid) {
			clients->v[kept++] = *client;
			continue;
		}
		mem_free(client->application);
		mem_free(client->user);
		mem_free(client->address);
		mem_free(client->state);
	}
	clients->count = kept;
}

bool drop_load_clients(struct dropping *dropping, struct err *err)
{
	clients_done(&dropping->clients);
	if (!clients_load_wait(dropping->keeper, dropping->oid, &dropping->clients, err))
		return false;
	leave_out(&dropping->clients, dropping->own_pid);
	return true;
}

static void close_if_in(struct session *session, const struct clients *clients)
{
	if (session == NULL || session_state(session) == SESSION_CLOSED)
		return;
	for (int i = 0; i < clients->count; i++)
		if (clients->v[i].pid == session_backend_pid(session)) {
			session_close(session);
			return;
		}
}

void drop_close_own(struct dropping *dropping)
{
	const struct fleet *fleet = dropping->fleet;
	close_if_in(dropping->database->server->session, &dropping->clients);
	for (int i = 0; i < fleet->database_count; i++)
		if (fleet->databases[i]->server == dropping->database->server)
			close_if_in(fleet->databases[i]->session, &dropping->clients);
}
