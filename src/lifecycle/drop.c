/* lifecycle/drop.c - a database goes for good.
 *
 * DROP DATABASE takes the database's lock and waits five seconds for its sessions to end. Whoever wants to connect waits for that
 * lock meanwhile and then hears that there is no such database. So it is enough to end those who are there and were consented to,
 * from another session, while it waits; WITH (FORCE) would end whoever came in between. A pgtend that is killed leaves the
 * statement to the server, which finishes it or gives it up: the database is there or gone. Only a server that dies in that moment
 * leaves one that is neither, which says so to everybody and can be dropped again.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "drop_internal.h"
#include "pgtend/core/mem.h"
#include "pgtend/core/units.h"
#include "pgtend/loop/task.h"
#include "pgtend/pg/alone.h"

enum { ROUND_MS = 50 };

static const struct table_column columns[] = {
    {"database", CELL_TEXT, "database", 0, "Name of the [database] section."},
    {"dbname", CELL_TEXT, "dbname", 1, "Its name in the server (pg_database.datname)."},
    {"dropped", CELL_BOOL, "dropped", 0, "Whether this run dropped it; false: it was not there."},
    {"size_bytes", CELL_BYTES, "size", 0, "pg_database_size() before."},
    {"disconnected", CELL_WORDS, "disconnected", 1, "Sessions that were ended, one by one: pid, application, user, since when."},
    {"slots", CELL_WORDS, "slots", 2, "Replication slots that went with it."},
    {"stays", CELL_WORDS, "stays", 1, "Templates, spares and snapshots of it that are still on the server."},
    {"duration_ms", CELL_MS, "took", 1, "From the first question to the end."},
};
const struct table_shape drop_shape = {"drop", columns, sizeof columns / sizeof columns[0]};

/* --- is it the one that was shown? ------------------------------------------------------------------ */

static bool is_shown(const struct dropping *dropping, const char *shown, struct err *err)
{
	char *now = mem_format("%" PRId64 " %s\n", dropping->oid, dropping->system);
	bool is_same = shown == NULL || text_starts_with(shown, now);
	mem_free(now);
	if (is_same)
		return true;
	err_set(err, ERR_REFUSED, "%s is not the database that was shown: another server or another database answers there now",
	    dropping->database->name);
	return err_hint(err, "look again, then repeat the command");
}

/* --- the statement ------------------------------------------------------------------------------------ */

/* An answer that was lost says nothing: the server's list of databases does. */
static bool is_gone(const struct dropping *dropping, bool *is_invalid)
{
	char oid[24];
	const char *params[] = {oid};
	struct result *r = NULL;
	struct err ignored;
	(void)snprintf(oid, sizeof oid, "%" PRId64, dropping->oid);
	bool is_known = (session_state(dropping->keeper) == SESSION_READY || session_ready_wait(dropping->keeper, DROP_DEADLINE_MS, &ignored)) &&
	                session_query_wait(dropping->keeper, "select datconnlimit = -2 from pg_catalog.pg_database where oid = $1", params, 1,
	                    DROP_DEADLINE_MS, &r, &ignored);
	bool is = is_known && result_rows(r) == 0;
	*is_invalid = is_known && result_rows(r) > 0 && result_bool(r, 0, 0);
	result_free(r);
	return is;
}

static bool word_held(struct dropping *dropping, struct err *err)
{
	struct err ignored;
	struct words who = {0};
	if (drop_load_clients(dropping, &ignored))
		for (int i = 0; i < dropping->clients.count; i++)
			words_take(&who, client_words(&dropping->clients.v[i]));
	char *list = who.count > 0 ? words_join(&who, ", ") : mem_copy("they are gone by now, try again");
	err_set(err, ERR_LOCKED, "%s is still there, because sessions in it did not end: %s", dropping->name, list);
	mem_free(list);
	words_done(&who);
	return false;
}

static bool word_failure(struct dropping *dropping, bool is_invalid, struct err *err)
{
	if (is_invalid) {
		err->kind = ERR_PARTIAL;
		err_prefix(err, "%s was dropped only in part, nobody can connect to it any more", dropping->name);
		return err_hint(err, "pgtend drop %s again takes the rest away", dropping->database->name);
	}
	if (strcmp(err->sqlstate, "55006") == 0)
		return word_held(dropping, err);
	return false;
}

struct ending {
	struct dropping *dropping;
	const char *clients; /* that were consented to; NULL: all */
};

/* Panes of this process may have come back meanwhile; somebody who was not shown stays, and keeps the database. */
static void end_clients(void *arg)
{
	const struct ending *ending = arg;
	(void)clients_end_wait(ending->dropping->keeper, ending->dropping->oid, ending->clients);
}

static bool run_statement(struct dropping *dropping, const char *clients, struct err *err)
{
	const char *beside = NULL;
	struct session *session = lifecycle_connect_beside(dropping->fleet, dropping->database, "drop", &beside, err);
	if (session == NULL)
		return false;
	/* A deadline that ends it between its lock and its last file leaves a database that is neither there nor gone. */
	char *name = session_quote_identifier(session, dropping->name);
	char *sql = mem_format("drop database %s", name);
	bool ok = session_is_pooled(session) ||
	          session_query_wait(session, "set statement_timeout = 0", NULL, 0, DROP_DEADLINE_MS, NULL, err);
	if (ok) {
		struct ending ending = {dropping, clients};
		struct session_statement statement = {.sql = sql, .tick_ms = ROUND_MS, .tick = end_clients, .arg = &ending};
		end_clients(&ending);
		ok = session_alone_wait(session, &statement, NULL, err);
	}
	mem_free(sql);
	mem_free(name);
	session_free(session);
	bool is_invalid = false;
	if (ok || is_gone(dropping, &is_invalid))
		return true;
	return word_failure(dropping, is_invalid, err);
}

/* --- all ----------------------------------------------------------------------------------------------- */

static void set_words(struct table *rows, int row, const char *column, const struct words *words)
{
	table_add_word(rows, row, column, NULL);
	for (size_t i = 0; i < words->count; i++)
		table_add_word(rows, row, column, words->v[i]);
}

static void tell(struct dropping *dropping, bool is_dropped, const struct words *ended, const struct words *stays, int64_t began_us,
    struct report *report)
{
	const struct database *database = dropping->database;
	char took[UNITS_SIZE];
	double took_ms = (double)(units_now_us() - began_us) / 1000.0;
	if (is_dropped)
		report_summary(report, "%s dropped in %s", dropping->name, units_ms(took, took_ms));
	else
		report_summary(report, "%s does not exist: nothing to drop", dropping->name);
	struct table *rows = table_new(&drop_shape);
	int row = table_add_row(rows);
	table_set_text(rows, row, "database", database->name);
	table_set_text(rows, row, "dbname", dropping->name);
	table_set_int(rows, row, "dropped", is_dropped);
	if (is_dropped && dropping->bytes >= 0)
		table_set_int(rows, row, "size_bytes", dropping->bytes);
	set_words(rows, row, "disconnected", ended);
	set_words(rows, row, "slots", &dropping->idle_slots);
	set_words(rows, row, "stays", stays);
	table_set_real(rows, row, "duration_ms", took_ms);
	report_rows(report, rows);
}

static bool drop(struct dropping *dropping, const struct lifecycle_more *more, const char *shown, struct words *ended,
    struct report *report, struct err *err)
{
	const char *clients = shown != NULL ? strchr(shown, '\n') + 1 : NULL;
	drop_close_own(dropping);
	if (!clients_allow(&dropping->clients, dropping->name, clients, err))
		return false;
	for (int i = 0; i < dropping->clients.count; i++)
		if (dropping->clients.v[i].kind == CLIENT_OTHER)
			words_take(ended, client_words(&dropping->clients.v[i]));
	for (size_t i = 0; i < ended->count; i++)
		report_log(report, "ended: %s", ended->v[i]);
	if (more != NULL)
		more->before(dropping->keeper, dropping->database, report);
	report_step(report, "drop database %s", dropping->name);
	/* Half of it helps nobody. */
	task_shield();
	bool ok = run_statement(dropping, clients, err);
	task_unshield();
	return ok;
}

bool lifecycle_drop(struct fleet *fleet, struct database *database, const struct lifecycle_more *more, const char *shown,
    struct report *report, struct err *err)
{
	int64_t began_us = units_now_us();
	struct dropping dropping;
	struct words ended = {0}, stays = {0};
	report_step(report, "looking at %s", database->dbname);
	bool ok = drop_look(&dropping, fleet, database, err) && is_shown(&dropping, shown, err) &&
	          (!dropping.is_there || (drop_may(&dropping, err) && drop(&dropping, more, shown, &ended, report, err)));
	if (ok) {
		if (more != NULL)
			more->tell(dropping.keeper, database, &stays);
		lifecycle_forget(database);
		tell(&dropping, dropping.is_there, &ended, &stays, began_us, report);
		if (more != NULL && stays.count > 0)
			more->hint(report, database);
	}
	words_done(&ended);
	words_done(&stays);
	drop_done(&dropping);
	return ok;
}
