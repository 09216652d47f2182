/* pg/session_wait.c - the task's side: wait until a session is ready, ask and wait, with cancellation. */
#include <string.h>

#include "pgtend/core/mem.h"
#include "session_private.h"

static void must_be_in_task(void)
{
	if (!task_self())
		mem_die("a session was waited for outside a task");
}

static bool is_live(const struct session *session)
{
	return session->state == SESSION_READY || session->state == SESSION_BUSY || session->state == SESSION_DRAINING;
}

/* --- ready ------------------------------------------------------------------------------------- */

void session_wake_waiters(struct session *session, bool has_failed)
{
	for (struct waiter *waiter = session->waiters; waiter; waiter = waiter->next) {
		waiter->has_failed = waiter->has_failed || has_failed;
		if (session->is_freed)
			waiter->session = NULL;
		task_wake(waiter->task);
	}
	if (session->is_freed)
		session->waiters = NULL;
}

static void on_late(void *arg)
{
	struct waiter *waiter = arg;

	waiter->is_late = true;
	task_wake(waiter->task);
}

static void unlink_waiter(struct waiter *waiter)
{
	if (!waiter->session)
		return;
	for (struct waiter **p = &waiter->session->waiters; *p; p = &(*p)->next)
		if (*p == waiter) {
			*p = waiter->next;
			return;
		}
}

static bool word_not_ready(const struct waiter *waiter, int deadline_ms, struct err *err)
{
	const struct session *session = waiter->session;

	if (task_is_cancelled())
		return err_set(err, ERR_CANCELLED, "cancelled while connecting");
	if (!session)
		return err_set(err, ERR_CANCELLED, "the session was closed");
	if (session->err.kind != ERR_NONE) {
		*err = session->err;
		return false;
	}
	if (waiter->is_late)
		return err_set(err, ERR_UNREACHABLE, "no connection within %.3g s", deadline_ms / 1000.0);
	return err_set(err, ERR_UNREACHABLE, "the session is not open");
}

bool session_ready_wait(struct session *session, int deadline_ms, struct err *err)
{
	must_be_in_task();
	if (task_is_cancelled())
		return err_set(err, ERR_CANCELLED, "cancelled before it was connected");
	if (is_live(session))
		return true;
	struct waiter waiter = {.next = session->waiters, .session = session, .task = task_self()};
	struct timer *timer = deadline_ms > 0 ? timer_start(session->loop, deadline_ms, 0, on_late, &waiter) : NULL;

	session->waiters = &waiter;
	session_open(session);
	while (waiter.session && !is_live(session) && !waiter.has_failed && !waiter.is_late && !task_is_cancelled())
		task_wait();
	timer_stop(timer);
	unlink_waiter(&waiter);
	if (waiter.session && is_live(session) && !task_is_cancelled())
		return true;
	return word_not_ready(&waiter, deadline_ms, err);
}

/* --- asking ------------------------------------------------------------------------------------ */

struct question {
	struct task *task;
	struct session *session;
	uint64_t number;
	struct result *result;
	struct err err;
	bool is_done;
};

static void on_answer(struct result **result, const struct err *err, void *arg)
{
	struct question *question = arg;

	question->result = *result;
	*result = NULL;
	question->err = *err;
	question->is_done = true;
	task_wake(question->task);
}

static void submit(struct question *question, const char *sql, const char *const *params, int param_count, int deadline_ms)
{
	struct request request = {
		.sql = sql, .params = params, .param_count = param_count, .deadline_ms = deadline_ms, .fn = on_answer, .arg = question};

	question->number = session_submit(question->session, &request);
}

static bool take_answer(struct question *question, struct result **result, struct err *err)
{
	bool is_cancelling = false;

	while (!question->is_done) {
		if (!is_cancelling && task_is_cancelled()) {
			is_cancelling = true;
			session_cancel(question->session, question->number);
		}
		task_wait();
	}
	if (result)
		*result = question->result;
	else
		result_free(question->result);
	if (question->err.kind == ERR_NONE)
		return true;
	*err = question->err;
	return false;
}

bool session_query_wait(struct session *session, const char *sql, const char *const *params, int param_count, int deadline_ms,
	struct result **result, struct err *err)
{
	struct question question = {.task = task_self(), .session = session};

	must_be_in_task();
	if (result)
		*result = NULL;
	if (task_is_cancelled())
		return err_set(err, ERR_CANCELLED, "cancelled before it was sent");
	submit(&question, sql, params, param_count, deadline_ms);
	return take_answer(&question, result, err);
}

struct question *session_ask(struct session *session, const char *sql, const char *const *params, int param_count, int deadline_ms)
{
	must_be_in_task();
	if (task_is_cancelled())
		return NULL;
	struct question *question = MEM_NEW(struct question);

	question->task = task_self();
	question->session = session;
	submit(question, sql, params, param_count, deadline_ms);
	task_yield();
	return question;
}

bool session_answer_wait(struct question *question, struct result **result, struct err *err)
{
	bool is_good = take_answer(question, result, err);

	mem_free(question);
	return is_good;
}

void session_answer_drop(struct question *question)
{
	struct err ignored = {0};

	if (!question)
		return;
	if (!question->is_done)
		session_cancel(question->session, question->number);
	take_answer(question, NULL, &ignored);
	mem_free(question);
}

bool session_queryf_wait(struct session *session, int deadline_ms, struct result **result, struct err *err, const char *format, ...)
{
	struct text sql = {0};
	va_list args;

	if (result)
		*result = NULL;
	va_start(args, format);
	bool is_written = quote_format(quote_conn(session), &sql, format, args, err);
	va_end(args);
	bool is_done = is_written && session_query_wait(session, text_str(&sql), NULL, 0, deadline_ms, result, err);

	text_done(&sql);
	return is_done;
}
