/* See fresh/clone.h. */
#include "pgtend/fresh/clone.h"

#include <string.h>

#include "pgtend/core/mem.h"
#include "pgtend/core/units.h"
#include "pgtend/scratch/clients.h"
#include "pgtend/loop/task.h"

enum { DEADLINE_MS = 15000, READY_MS = 15000, FIRST_ROUND_MS = 2, LAST_ROUND_MS = 100 };

/* By files instead of through the log: measured 1.2 s against 1.1 s for 20 to 70 MB, and 0.4 s against 1.4 s for 400 MB.
 * Through the log a full disk is noticed only by the next checkpoint (15 makes the files with holes), and then no
 * checkpoint of the whole server succeeds any more: what holds people's data, of whatever size, goes by files. */
static const int64_t by_files_bytes = INT64_C(64) << 20;

static bool is_by_files(const struct clone *clone, struct session *session)
{
	return session_server_version(session) >= 150000 && (!clone->digest || clone->source_bytes >= by_files_bytes);
}

static struct session *acting_session(const struct clone *clone, struct err *err)
{
	static const char *const names[] = {"postgres", "template1"};
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
		struct session *session =
		    database_action_session(clone->fleet, clone->database, names[i], clone->verb, 0, true);
		if (session_ready_wait(session, READY_MS, err))
			return session;
		session_free(session);
	}
	err_prefix(err, "databases are copied from another database of the server");
	return NULL;
}

static char *create_sql(const struct clone *clone, struct session *session)
{
	struct text sql = {0};
	char *dbname = session_quote_identifier(session, clone->dbname);
	char *source = session_quote_identifier(session, clone->source);
	text_addf(&sql, "CREATE DATABASE %s TEMPLATE %s", dbname, source);
	if (clone->owner) {
		char *owner = session_quote_identifier(session, clone->owner);
		text_addf(&sql, " OWNER %s", owner);
		mem_free(owner);
	}
	if (is_by_files(clone, session))
		text_add(&sql, " STRATEGY file_copy");
	text_add(&sql, " ALLOW_CONNECTIONS false");
	mem_free(dbname);
	mem_free(source);
	return text_take(&sql);
}

/* CREATE DATABASE holds the source's lock, for which newcomers wait, and waits five seconds itself for those who are in
 * it: they are ended from another session meanwhile. */
static bool create_beside_others(struct clone *clone, struct session *session, struct err *err)
{
	char *sql = create_sql(clone, session);
	(void)clients_end_wait(clone->keeper, clone->source_oid, clone->shown);
	struct question *question = session_ask(session, sql, NULL, 0, 0);
	for (int round_ms = FIRST_ROUND_MS; question && session_state(session) == SESSION_BUSY && !task_is_cancelled();
	     round_ms = round_ms * 2 < LAST_ROUND_MS ? round_ms * 2 : LAST_ROUND_MS) {
		task_sleep(round_ms);
		if (session_state(session) == SESSION_BUSY)
			(void)clients_end_wait(clone->keeper, clone->source_oid, clone->shown);
	}
	mem_free(sql);
	return question ? session_answer_wait(question, NULL, err) : err_set(err, ERR_CANCELLED, "cancelled");
}

/* Where nobody can be in the source, there is nothing to do meanwhile, and no other session is needed. */
static bool create(struct clone *clone, struct err *err)
{
	if (clone->is_source_open) {
		struct session *session = acting_session(clone, err);
		bool is_done = session && create_beside_others(clone, session, err);
		if (session)
			session_free(session);
		return is_done;
	}
	char *sql = create_sql(clone, clone->keeper);
	bool is_done = session_query_wait(clone->keeper, sql, NULL, 0, 0, NULL, err);
	mem_free(sql);
	return is_done;
}

/* In the server's words "is being accessed by other users" names nobody. */
static void word_users(const struct clone *clone, struct err *err)
{
	struct clients clients;
	struct err ignored = {0};
	if (!clients_load_wait(clone->keeper, clone->source_oid, &clients, &ignored))
		return;
	char *who = clients.count > 0 ? client_words(&clients.v[0]) : NULL;
	err_set(err, ERR_LOCKED, "%s cannot be copied while somebody is connected to it%s%s", clone->source, who ? ": " : "",
	    who ? who : "");
	err_hint(err, "try again, and say whether he may be disconnected");
	mem_free(who);
	clients_done(&clients);
}

static void word(const struct clone *clone, struct err *err)
{
	char size[UNITS_SIZE];
	if (strcmp(err->sqlstate, "55006") == 0) {
		word_users(clone, err);
	} else if (strcmp(err->sqlstate, "53100") == 0) {
		err_prefix(err, "the copy of %s does not fit", clone->source);
		if (clone->source_bytes >= 0)
			err_hint(err, "it takes %s; pgtend templates prune all, or snapshot drop, makes room",
			    units_bytes(size, clone->source_bytes));
	}
}

/* Its answer may have been lost: whether it is there says the name. Nothing of it helps anybody. */
static void take_back(struct clone *clone, struct err *err)
{
	struct err trouble = {0};
	if (!session_queryf_wait(
	        clone->keeper, 0, NULL, &trouble, "DROP DATABASE IF EXISTS %I WITH (FORCE)", clone->dbname)) {
		report_log(clone->report, "%s may be left: %s", clone->dbname, trouble.text);
		if (!*err->hint)
			err_hint(err, "pgtend templates prune %s takes away what is left of it", clone->database->name);
	}
	copy_let_go_wait(clone->keeper, clone->dbname);
	mem_free(clone->dbname);
	clone->dbname = NULL;
}

/* One message is one transaction. A spare that a crash of the server leaves without its mark is taken away like any that was never marked; the change of
 * names that gives it away reaches the disk, and all that was written before it. */
static bool mark(struct clone *clone, struct err *err)
{
	struct result *r = NULL;
	char *comment = copy_comment(clone->kind, clone->database, clone->name, clone->digest, clone->state);
	bool is_done = session_queryf_wait(clone->keeper, DEADLINE_MS, &r, err,
	    "%sCOMMENT ON DATABASE %I IS %L;\nSELECT oid FROM pg_catalog.pg_database WHERE datname = %L",
	    clone->kind == COPY_SPARE ? "SET LOCAL synchronous_commit = off;\n" : "", clone->dbname, comment, clone->dbname);
	if (is_done) {
		result_choose(r, result_count(r) - 1);
		clone->oid = result_int(r, 0, 0, 0);
	}
	result_free(r);
	mem_free(comment);
	return is_done;
}

bool clone_make_wait(struct clone *clone, struct err *err)
{
	clone->dbname = copy_new_dbname(clone->kind, clone->database);
	clone->oid = 0;
	if (!copy_hold_wait(clone->keeper, clone->dbname, err)) {
		mem_free(clone->dbname);
		clone->dbname = NULL;
		return false;
	}
	bool is_done = create(clone, err);
	/* A copy without its mark is nobody's. */
	task_shield();
	is_done = is_done && mark(clone, err);
	if (!is_done) {
		word(clone, err);
		take_back(clone, err);
	}
	task_unshield();
	return is_done;
}
