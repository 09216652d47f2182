/* lifecycle/common.c - what the verbs of this folder share. */
#include "common.h"

#include <limits.h>
#include <stdlib.h>
#include <strings.h>

#include "pgtend/core/mem.h"
#include "pgtend/core/units.h"
#include "pgtend/sql_embedded.h"

enum { LOOK_DEADLINE_MS = 5000 };

bool lifecycle_refuse_production(const struct database *database, const char *verb, struct err *err)
{
	const char *node_env = getenv("NODE_ENV");
	if (database->environment == ENVIRONMENT_PRODUCTION)
		return err_set(err, ERR_REFUSED, "%s is production: %s never runs there", database->name, verb);
	if (node_env != NULL && strcasecmp(node_env, "production") == 0) {
		err_set(err, ERR_REFUSED, "NODE_ENV says production: %s never runs there", verb);
		return err_hint(err, "unset NODE_ENV when %s is not production", database->name);
	}
	return true;
}

int lifecycle_lock_timeout_ms(const struct database *database)
{
	double seconds = section_seconds(database->section, "lock_timeout");
	return seconds <= 0 || seconds > INT_MAX / 1000.0 ? INT_MAX : (int)(seconds * 1000.0 + 0.5);
}

char *lifecycle_blocker(struct session *session, const char *oids, bool is_exclusive)
{
	const char *params[] = {oids, is_exclusive ? "true" : "false"};
	struct result *r = NULL;
	struct err ignored;
	char since[UNITS_SIZE], *words = NULL;
	if (session_query_wait(session, sql_lifecycle_blockers, params, 2, LOOK_DEADLINE_MS, &r, &ignored) &&
	    result_rows(r) > 0) {
		const char *user = result_text(r, 0, result_column(r, "user"));
		words =
		    mem_format("%s is held by pid %s (%s, user %s, %s) for %s", result_text(r, 0, result_column(r, "relation")),
		        result_text(r, 0, result_column(r, "pid")), result_text(r, 0, result_column(r, "application")),
		        user != NULL ? user : "-", result_text(r, 0, result_column(r, "state")),
		        units_age(since, result_int(r, 0, result_column(r, "since_s"), 0)));
	}
	result_free(r);
	return words;
}

/* ---- a statement alone -------------------------------------------------------- */

struct running {
	struct task *task;
	struct result *result;
	struct err err;
	bool is_done, is_due;
};

static void answered(struct result **result, const struct err *err, void *arg)
{
	struct running *running = arg;
	running->result = *result;
	*result = NULL;
	running->err = *err;
	running->is_done = true;
	task_wake(running->task);
}

static void due(void *arg)
{
	struct running *running = arg;
	running->is_due = true;
	task_wake(running->task);
}

bool lifecycle_run_alone(struct fleet *fleet, struct session *session, const struct lifecycle_statement *statement,
    struct result **result, struct err *err)
{
	struct running running = {.task = task_self()};
	struct request request = {.sql = statement->sql, .is_unwrapped = true, .fn = answered, .arg = &running};
	if (result != NULL)
		*result = NULL;
	if (task_is_cancelled())
		return err_set(err, ERR_CANCELLED, "cancelled before it was sent");
	uint64_t number = session_submit(session, &request);
	struct timer *timer =
	    statement->tick_ms > 0 ? timer_start(fleet->loop, statement->tick_ms, statement->tick_ms, due, &running) : NULL;
	bool is_cancelling = false;
	while (!running.is_done) {
		task_wait();
		if (!running.is_done && !is_cancelling && task_is_cancelled()) {
			is_cancelling = true;
			session_cancel(session, number);
		}
		if (!running.is_done && !is_cancelling && running.is_due) {
			running.is_due = false;
			statement->tick(statement->arg);
		}
	}
	timer_stop(timer);
	if (result != NULL)
		*result = running.result;
	else
		result_free(running.result);
	if (running.err.kind == ERR_NONE)
		return true;
	*err = running.err;
	return false;
}
