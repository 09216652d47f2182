/* clean/act.c - the transaction that empties a database, and its tries.
 *
 * All tables are locked by one LOCK TABLE, which never waits as long as the server waits before it looks for a deadlock: whoever holds one
 * table and wants another that we have is then never the victim, because we let go first. Between two tries nothing is held; then the
 * table that was held is queued for alone. What was found before the locks is looked at again under them.
 */
#include <limits.h>
#include <string.h>

#include "clean_internal.h"
#include "pgtend/core/mem.h"
#include "pgtend/core/units.h"
#include "pgtend/fleet/blocker.h"
#include "pgtend/loop/task.h"
#include "pgtend/pg/alone.h"
#include "pgtend/sql_embedded.h"

enum { PAUSE_MS = 50, LOOK_DEADLINE_MS = 5000, LEAST_CHANGES = 10 };

struct act {
	struct database *database;
	struct session *session;
	struct clean_set *set;
	struct report *report;
	int64_t began_us;
	int total_ms;      /* lock_timeout */
	char *first;       /* the table to queue for before the others, as SQL; NULL */
	bool is_unhurried; /* so many tables that locking them takes long though nobody holds one */
	bool has_changed;  /* the set under the locks is not the one that was locked */
	int changes;
};

static bool send(struct act *act, const char *sql, struct result **result, struct err *err)
{
	const struct session_statement statement = {.sql = sql};
	return session_alone_wait(act->session, &statement, result, err);
}

static int left_ms(const struct act *act)
{
	int64_t gone = (units_now_us() - act->began_us) / 1000;
	return gone >= act->total_ms ? 0 : act->total_ms - (int)gone;
}

/* ---- one try --------------------------------------------------------------------------- */

static char *lock_sql(const struct act *act, const struct words *names)
{
	struct text sql = {0};
	int least = left_ms(act) > 20 ? left_ms(act) : 20;
	int patience = act->set->deadlock_ms - act->set->deadlock_ms / 5;
	patience = patience < 10 ? 10 : patience < least ? patience : least;
	text_add(&sql, "begin isolation level read committed read write;\n");
	if (act->first != NULL)
		text_addf(&sql, "set local lock_timeout = %d; lock table %s in access exclusive mode;\n", least, act->first);
	text_addf(&sql, "set local lock_timeout = %d;\n", patience);
	if (!act->is_unhurried)
		text_addf(&sql, "set local statement_timeout = %d;\n", patience + 20);
	if (names->count > 0) {
		char *list = words_join(names, ", ");
		text_addf(&sql, "lock table %s in access exclusive mode;\n", list);
		mem_free(list);
	}
	char *look = clean_look_sql(act->database);
	text_addf(&sql, "set local statement_timeout = 0;\n%s", look);
	mem_free(look);
	return text_take(&sql);
}

static bool covers(const struct words *locked, const struct clean_set *set)
{
	struct words names = {0};
	bool is_covered = true;
	clean_lock_names(set, &names);
	for (size_t i = 0; i < names.count && is_covered; i++)
		is_covered = words_has(locked, names.v[i]);
	words_done(&names);
	return is_covered;
}

static bool lock(struct act *act, struct err *err)
{
	struct words names = {0};
	struct result *result = NULL;
	struct clean_set found;
	clean_lock_names(act->set, &names);
	char *sql = lock_sql(act, &names);
	bool ok = send(act, sql, &result, err);
	if (ok) {
		ok = clean_set_take(&found, act->session, result, act->set, err);
		clean_set_done(act->set);
		*act->set = found;
		ok = ok && clean_set_decide(act->database, act->set, err);
		act->has_changed = ok && !covers(&names, act->set);
	}
	if (ok && act->has_changed) {
		err_set(err, ERR_FAILED, "somebody makes tables in %s at this moment; nothing was emptied", act->database->dbname);
		ok = err_hint(err, "try again when that has ended");
	}
	result_free(result);
	mem_free(sql);
	words_done(&names);
	return ok;
}

static bool try(struct act *act, struct err *err)
{
	act->has_changed = false;
	return lock(act, err) && clean_empty_locked(act->session, act->set, act->report, err) &&
	       send(act, "commit", NULL, err);
}

static void roll_back(struct act *act)
{
	struct err ignored;
	if (session_state(act->session) != SESSION_READY || !session_in_transaction(act->session))
		return;
	task_shield();
	if (!send(act, "rollback", NULL, &ignored))
		report_log(act->report, "ROLLBACK: %s", ignored.text);
	task_unshield();
}

/* ---- who is in the way ------------------------------------------------------------------- */

static char *set_oids(const struct clean_set *set)
{
	struct text oids = {0};
	for (int i = 0; i < set->count; i++)
		if (set->relations[i].action != CLEAN_KEEP)
			text_addf(&oids, "%s%lld", oids.length > 0 ? "," : "{", (long long)set->relations[i].oid);
	for (int i = 0; i < set->sequence_count; i++)
		if (set->sequences[i].is_in_set)
			text_addf(&oids, "%s%lld", oids.length > 0 ? "," : "{", (long long)set->sequences[i].oid);
	text_add(&oids, oids.length > 0 ? "}" : "{}");
	return text_take(&oids);
}

static const char *lockable(const struct clean_set *set, int64_t oid)
{
	const struct clean_relation *relation = clean_set_find(set, oid);
	bool is_locked = relation != NULL && relation->kind != CLEAN_AGGREGATE &&
	                 (relation->action == CLEAN_EMPTY || relation->action == CLEAN_WITH_PARENT);
	return is_locked ? relation->quoted : NULL;
}

/* true: somebody holds something. The first table of them that can be queued for is. */
static bool find_holder(struct act *act)
{
	struct result *r = NULL;
	struct err ignored;
	char *oids = set_oids(act->set);
	const char *params[] = {oids, "true"};
	mem_free(act->first);
	act->first = NULL;
	bool is_held = session_query_wait(act->session, sql_fleet_blockers, params, 2, LOOK_DEADLINE_MS, &r, &ignored) &&
	               result_rows(r) > 0;
	for (int row = 0; is_held && act->first == NULL && row < result_rows(r); row++) {
		const char *quoted = lockable(act->set, result_int(r, row, result_column(r, "relation_oid"), 0));
		act->first = quoted != NULL ? mem_format("only %s", quoted) : NULL;
	}
	if (is_held) {
		const char *user = result_text(r, 0, result_column(r, "user"));
		report_step(act->report, "waiting for %s, held by pid %s (%s, user %s)",
		    result_text(r, 0, result_column(r, "relation")), result_text(r, 0, result_column(r, "pid")),
		    result_text(r, 0, result_column(r, "application")), user != NULL ? user : "-");
	}
	result_free(r);
	mem_free(oids);
	return is_held;
}

static void name_blocker(struct act *act, struct err *err)
{
	char waited[UNITS_SIZE], *oids = set_oids(act->set);
	char *blocker = database_blocker(act->session, oids, true), *said = mem_copy(err->text);
	bool is_deadlock = strcmp(err->sqlstate, "40P01") == 0;
	err_set(err, ERR_TIMEOUT, "%s; nothing was emptied", blocker != NULL ? blocker : said);
	units_ms(waited, act->total_ms);
	if (blocker != NULL)
		err_hint(err, "waited %s; end that session or try again: pgtend activity %s", waited, act->database->name);
	else
		err_hint(err, "waited %s; who held the lock is gone by now: try again", waited);
	memcpy(err->sqlstate, is_deadlock ? "40P01" : "55P03", 6);
	mem_free(blocker);
	mem_free(said);
	mem_free(oids);
}

/* ---- what a failure means ------------------------------------------------------------------ */

static bool is_barred(const struct err *err, int64_t tried_us)
{
	if (strcmp(err->sqlstate, "57014") == 0) /* our statement_timeout, unless somebody cancelled it */
		return !task_is_cancelled() && err->kind != ERR_CANCELLED && units_now_us() - tried_us > 10000;
	return strcmp(err->sqlstate, "55P03") == 0 || strcmp(err->sqlstate, "40P01") == 0;
}

static bool has_vanished(const struct err *err)
{
	return strcmp(err->sqlstate, "42P01") == 0 || strcmp(err->sqlstate, "3F000") == 0;
}

static void word_failure(const struct act *act, struct err *err)
{
	if (strcmp(err->sqlstate, "53200") == 0)
		err_hint(err, "nothing was emptied; raise max_locks_per_transaction: every table, chunk, index and sequence needs a lock in one transaction");
	else if (err->sqlstate[0] == '\0' && err->kind == ERR_UNREACHABLE)
		err_hint(err,
		    "the answer did not arrive: the database is as before or empty, never between; look with pgtend tables %s",
		    act->database->name);
	else if (err->hint[0] == '\0')
		err_hint(err, "nothing was emptied");
}

static bool may_try_again(struct act *act, struct err *err, int64_t tried_us)
{
	if (act->has_changed || has_vanished(err))
		return ++act->changes < LEAST_CHANGES || left_ms(act) > 0;
	if (!is_barred(err, tried_us))
		return false;
	bool is_late = left_ms(act) < 20;
	if (!is_late && !find_holder(act))
		act->is_unhurried = act->is_unhurried || strcmp(err->sqlstate, "57014") == 0;
	if (is_late)
		name_blocker(act, err);
	else if (act->first == NULL)
		task_sleep(PAUSE_MS);
	return !is_late;
}

/* What vanished is looked for anew; what came was seen under the locks. */
static bool look_again(struct act *act, struct err *err)
{
	struct clean_set found;
	struct result *result = NULL;
	if (!has_vanished(err))
		return true;
	char *sql = clean_look_sql(act->database);
	bool ok = session_query_wait(act->session, sql, NULL, 0, 0, &result, err);
	if (ok) {
		ok = clean_set_take(&found, act->session, result, act->set, err);
		clean_set_done(act->set);
		*act->set = found;
		ok = ok && clean_set_decide(act->database, act->set, err);
	}
	result_free(result);
	mem_free(sql);
	return ok;
}

static void analyze(struct act *act)
{
	struct err err;
	char *sql = clean_analyze_sql(act->set);
	if (sql != NULL)
		report_step(act->report, "ANALYZE");
	if (sql != NULL && !send(act, sql, NULL, &err))
		report_log(act->report, "ANALYZE: %s", err.text);
	mem_free(sql);
}

bool clean_act(
    struct database *database, struct session *session, struct clean_set *set, struct report *report, struct err *err)
{
	struct act act = {.database = database, .session = session, .set = set, .report = report,
	    .began_us = units_now_us(), .total_ms = database_lock_timeout_ms(database)};
	bool ok;
	for (;;) {
		int64_t tried_us = units_now_us();
		ok = try(&act, err);
		if (ok)
			break;
		roll_back(&act);
		if (!may_try_again(&act, err, tried_us) || !look_again(&act, err))
			break;
	}
	if (ok)
		analyze(&act);
	else if (err->kind != ERR_CANCELLED)
		word_failure(&act, err);
	mem_free(act.first);
	return ok;
}
