/* pg/alone.c - one statement outside of any transaction, with a look every now and then while it runs. */
#include "pgtend/pg/alone.h"

#include "pgtend/loop/task.h"

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

bool session_alone_wait(
    struct session *session, const struct session_statement *statement, struct result **result, struct err *err)
{
	struct running running = {.task = task_self()};
	struct request request = {.sql = statement->sql, .is_unwrapped = true, .fn = answered, .arg = &running};
	if (result != NULL)
		*result = NULL;
	if (task_is_cancelled())
		return err_set(err, ERR_CANCELLED, "cancelled before it was sent");
	uint64_t number = session_submit(session, &request);
	struct timer *timer =
	    statement->tick_ms > 0 ? timer_start(session_loop(session), statement->tick_ms, statement->tick_ms, due, &running) : NULL;
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
