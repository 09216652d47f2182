/* maintain/chore.c - one run of maintenance: its session, its budget of time, its statements one by one. */
#include "internal.h"

#include <stdlib.h>
#include <string.h>

#include "pgtend/loop/task.h"
#include "pgtend/sql_embedded.h"

enum { TICK_DEADLINE_MS = 2000 };

/* --- beginning and end ------------------------------------------------------------ */

/* Progress is read by the backend's pid: behind a pooler that is not ours, and a server of one session would wait
 * for itself. */
static void decide_progress(struct chore *chore)
{
	const struct server *server = chore->database->server;
	chore->backend_pid = session_backend_pid(chore->session);
	chore->has_progress = server->has[CAP_ACTIVITY] && server->has[CAP_MANY_SESSIONS] &&
	                      !session_is_pooled(chore->session) && chore->backend_pid > 0;
}

static double budget_s(const struct chore *chore)
{
	if (chore->options->budget_s >= 0)
		return chore->options->budget_s;
	return section_seconds(chore->database->section, "maintain_budget");
}

bool chore_begin(struct chore *chore, struct fleet *fleet, struct database *database, const char *verb,
    const struct table_shape *shape, const struct maintain_options *options, struct report *report, struct err *err)
{
	*chore = (struct chore){.fleet = fleet, .database = database, .options = options, .shape = shape, .report = report, .began_us = units_now_us()};
	double budget = budget_s(chore);
	if (budget > 0)
		chore->until_us = chore->began_us + (int64_t)(budget * 1e6);
	chore->session = database_action_session(fleet, database, NULL, verb, database_lock_timeout_ms(database), true);
	if (!session_ready_wait(chore->session, 0, err) || !database_learn_wait(fleet, database, chore->session, err))
		return false;
	if (database->server->is_in_recovery)
		return err_set(err, ERR_UNSUPPORTED, "%s lies on a standby: it is maintained on its primary", database->name);
	decide_progress(chore);
	return true;
}

static bool is_any(const struct item *item, const void *arg)
{
	(void)item;
	(void)arg;
	return true;
}

void chore_end(struct chore *chore)
{
	chore_forget(chore, is_any, NULL);
	mem_free(chore->items);
	session_free(chore->session);
}

bool chore_has_time(struct chore *chore)
{
	if (chore->until_us > 0 && units_now_us() >= chore->until_us)
		chore->is_over = true;
	return !chore->is_over;
}

bool chore_is_broken(const struct chore *chore, const struct err *err)
{
	return err->kind == ERR_CANCELLED || err->kind == ERR_UNREACHABLE || session_state(chore->session) == SESSION_DEAD ||
	       session_state(chore->session) == SESSION_CLOSED;
}

/* --- one statement ---------------------------------------------------------------- */

struct tick {
	struct chore *chore;
	int64_t bytes;
};

/* Through the server's session for questions: the action's own is busy. */
static void look(void *arg)
{
	const struct tick *tick = arg;
	struct chore *chore = tick->chore;
	struct session *session = server_session(chore->fleet, chore->database->server);
	char *pid = mem_format("%d", chore->backend_pid);
	const char *params[] = {pid};
	struct result *r = NULL;
	struct err ignored;
	if (session_ready_wait(session, TICK_DEADLINE_MS, &ignored) &&
	    session_query_wait(session, sql_maintain_progress, params, 1, TICK_DEADLINE_MS, &r, &ignored) && result_rows(r) > 0) {
		int64_t done = result_number(r, 0, "done"), whole = result_number(r, 0, "whole");
		int64_t part = whole > 0 ? (int64_t)((double)tick->bytes * (double)done / (double)whole) : 0;
		report_progress(chore->report, chore->done_bytes + part, chore->all_bytes, "bytes");
	}
	result_free(r);
	mem_free(pid);
}

bool chore_run(struct chore *chore, const char *sql, int64_t bytes, struct err *err)
{
	struct tick tick = {chore, bytes};
	struct session_statement statement = {.sql = sql, .tick_ms = chore->has_progress ? MAINTAIN_TICK_MS : 0, .tick = look, .arg = &tick};
	return session_alone_wait(chore->session, &statement, NULL, err);
}

char *chore_quote(const struct chore *chore, const char *schema, const char *name)
{
	char *s = session_quote_identifier(chore->session, schema), *n = session_quote_identifier(chore->session, name);
	char *both = mem_format("%s.%s", s, n);
	mem_free(s);
	mem_free(n);
	return both;
}

static char *reason_of(struct chore *chore, const struct item *item, bool is_exclusive, const struct err *err)
{
	char *oids = mem_format("{%lld,%lld}", (long long)item->oid, (long long)item->table_oid);
	char *blocker = item->state == ITEM_LOCKED ? database_blocker(chore->session, oids, is_exclusive) : NULL;
	mem_free(oids);
	return blocker != NULL ? blocker : mem_copy(err->text);
}

void chore_settle(struct chore *chore, struct item *item, bool is_good, bool is_exclusive, const struct err *err)
{
	item->state = is_good ? ITEM_DONE : strcmp(err->sqlstate, "55P03") == 0 ? ITEM_LOCKED : ITEM_FAILED;
	if (is_good)
		return;
	mem_free(item->reason);
	item->reason = reason_of(chore, item, is_exclusive, err);
}

/* --- one after the other ------------------------------------------------------------ */

static int planned(const struct chore *chore, const char *step)
{
	int count = 0;
	for (int i = 0; i < chore->count; i++)
		count += strcmp(chore->items[i].step, step) == 0 && chore->items[i].state == ITEM_PLANNED;
	return count;
}

static void leave(struct item *item)
{
	item->state = ITEM_LEFT;
	mem_free(item->reason);
	item->reason = mem_copy("the time was over");
}

bool chore_each(struct chore *chore, const char *step, chore_work work, struct err *err)
{
	int todo = planned(chore, step), at = 0;
	for (int i = 0; i < chore->count; i++) {
		struct item *item = &chore->items[i];
		if (strcmp(item->step, step) != 0)
			continue;
		if (item->state == ITEM_SKIPPED)
			report_log(chore->report, "skipped %s: %s", item->shown, item->reason);
		if (item->state != ITEM_PLANNED)
			continue;
		if (!chore_has_time(chore)) {
			leave(item);
			continue;
		}
		report_step(chore->report, "%s %s (%d of %d)", step, item->shown, ++at, todo);
		report_progress(chore->report, chore->done_bytes, chore->all_bytes, "bytes");
		int64_t began_us = units_now_us();
		bool goes_on = work(chore, item, err);
		item = &chore->items[i];
		item->took_ms = (double)(units_now_us() - began_us) / 1000.0;
		if (!goes_on)
			return err_prefix(err, "%s", item->shown);
		chore->done_bytes += item->bytes > 0 ? item->bytes : 0;
		if (item->state != ITEM_DONE && item->reason != NULL)
			report_log(chore->report, "%s: %s", item->shown, item->reason);
	}
	report_progress(chore->report, chore->done_bytes, chore->all_bytes, "bytes");
	return true;
}
