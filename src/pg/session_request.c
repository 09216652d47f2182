/* pg/session_request.c - the queue: submission, deadlines, draining, cancelling, and how a request ends. */
#include <string.h>

#include "pgtend/core/mem.h"
#include "session_private.h"

/* --- entries ----------------------------------------------------------------------------------- */

static void append(struct entries *list, struct entry *entry)
{
	entry->next = NULL;
	if (list->last)
		list->last->next = entry;
	else
		list->first = entry;
	list->last = entry;
	list->count++;
}

static struct entry *take_first(struct entries *list)
{
	struct entry *entry = list->first;

	if (entry) {
		list->first = entry->next;
		if (!list->first)
			list->last = NULL;
		list->count--;
	}
	return entry;
}

static struct entry *take_number(struct entries *list, uint64_t number)
{
	struct entries others = {NULL, NULL, 0};
	struct entry *found = NULL, *entry;

	while ((entry = take_first(list)) != NULL) {
		if (entry->number == number)
			found = entry;
		else
			append(&others, entry);
	}
	*list = others;
	return found;
}

static struct entry *entry_new(const struct request *request)
{
	struct entry *entry = MEM_NEW(struct entry);

	entry->sql = mem_copy(request->sql);
	entry->deadline_ms = request->deadline_ms;
	entry->is_unwrapped = request->is_unwrapped;
	entry->row_fn = request->row_fn;
	entry->feed_fn = request->feed_fn;
	entry->fn = request->fn;
	entry->arg = request->arg;
	if (request->params) {
		entry->param_count = request->param_count;
		entry->params = mem_new((size_t)request->param_count * sizeof *entry->params);
		for (int i = 0; i < request->param_count; i++)
			entry->params[i] = mem_copy(request->params[i]);
	}
	return entry;
}

static void entry_free(struct entry *entry)
{
	for (int i = 0; i < entry->param_count; i++)
		mem_free(entry->params[i]);
	mem_free(entry->params);
	mem_free(entry->sql);
	result_free(entry->result);
	mem_free(entry);
}

static void call(struct entry *entry)
{
	if (entry->fn)
		entry->fn(&entry->result, &entry->err, entry->arg);
	entry_free(entry);
}

static void end(struct session *session, struct entry *entry, const struct err *err)
{
	if (err)
		entry->err = *err;
	append(&session->ended, entry);
	session_turn_soon(session);
}

void session_deliver(struct session *session)
{
	struct entry *entry;

	while ((entry = take_first(&session->ended)) != NULL)
		call(entry);
}

/* --- submitting -------------------------------------------------------------------------------- */

static bool is_waiting_state(enum session_state state)
{
	return state == SESSION_CLOSED || state == SESSION_BACKOFF || state == SESSION_DEAD;
}

/* The answer that is due has nobody any more who waits for it. */
static bool is_abandoned(const struct session *session)
{
	return session->state == SESSION_DRAINING && !session->running && session->exchange != EXCHANGE_NONE;
}

uint64_t session_submit(struct session *session, const struct request *request)
{
	struct entry *entry = entry_new(request);
	uint64_t number = entry->number = ++session->numbers;
	struct err err;

	if (session->is_freed) {
		err_set(&entry->err, ERR_CANCELLED, "the session was closed");
		call(entry);
	} else if (is_waiting_state(session->state)) {
		if (session->err.kind != ERR_NONE)
			err = session->err;
		else
			err_set(&err, ERR_UNREACHABLE, "the session is not open");
		end(session, entry, &err);
	} else if (is_abandoned(session)) {
		err_set(&err, ERR_TIMEOUT, "the server still works on an earlier question, which cannot be cancelled there");
		end(session, entry, &err);
	} else if (session->options.is_admin_console && entry->params) {
		err_set(&err, ERR_UNSUPPORTED, "PgBouncer's console takes no parameters");
		end(session, entry, &err);
	} else {
		append(&session->queue, entry);
		session_turn_soon(session);
	}
	return number;
}

int session_queued(const struct session *session)
{
	return session->queue.count + (session->running ? 1 : 0);
}

void session_pump(struct session *session)
{
	if (session->state != SESSION_READY || session->exchange != EXCHANGE_NONE || session->canceller || !session->queue.first)
		return;
	session->running = take_first(&session->queue);
	session->sent_ms = loop_now_ms(session->loop);
	session_set_timer(session, session->running->deadline_ms > 0 ? session->sent_ms + session->running->deadline_ms : 0);
	session_set_state(session, SESSION_BUSY);
	if (session->running) /* a listener may have closed the session */
		session_request_send(session);
}

/* --- cancelling -------------------------------------------------------------------------------- */

void session_cancel(struct session *session, uint64_t number)
{
	struct entry *entry = take_number(&session->queue, number);
	struct err err;

	if (entry) {
		err_set(&err, ERR_CANCELLED, "cancelled before it was sent");
		end(session, entry, &err);
	} else if (session->running && session->running->number == number) {
		session_begin_drain(session, ERR_CANCELLED);
	}
}

/* Where nothing can be cancelled (a pooler without PQcancelCreate, PGlite) the answer may come late or never: whoever asked is told now. The connection
 * goes on waiting, because a new one would stand behind the same question, but it takes no questions meanwhile. */
static void abandon(struct session *session)
{
	struct entry *entry = session->running;
	struct err err;

	session->running = NULL;
	if (entry->ending == ERR_TIMEOUT)
		err_set(&err, ERR_TIMEOUT, "no answer within %.3g s; it cannot be cancelled there and runs on", entry->deadline_ms / 1000.0);
	else
		err_set(&err, ERR_CANCELLED, "cancelled; the server cannot be told and works on");
	end(session, entry, &err);
	session_fail_all(session, &err);
}

void session_begin_drain(struct session *session, enum err_kind ending)
{
	if (session->state != SESSION_BUSY || !session->running)
		return;
	session->running->ending = ending;
	session->drain_since_ms = loop_now_ms(session->loop);
	session_set_state(session, SESSION_DRAINING);
	session_set_timer(session, session->drain_since_ms + CANCEL_REPEAT_MS);
	cancel_start(session);
	session_copy_resume(session); /* what is still to come is read and dropped */
	session_copy_finish(session, "cancelled");
	if (!session->canceller && session->running && ending != ERR_FAILED)
		abandon(session);
}

static void drop_silent(struct session *session)
{
	struct err err;
	char *place = session_place(session);
	double seconds = (double)(loop_now_ms(session->loop) - session->sent_ms) / 1000.0;

	err_set(&err, ERR_UNREACHABLE, "%s has not answered for %.0f s; the connection was given up", place, seconds);
	mem_free(place);
	session_lost(session, &err);
}

void session_drain_tick(struct session *session)
{
	int64_t now = loop_now_ms(session->loop);
	int64_t heard = session->heard_ms > session->drain_since_ms ? session->heard_ms : session->drain_since_ms;

	if (session->exchange == EXCHANGE_NONE)
		return;
	if (now - heard >= (is_abandoned(session) ? DRAIN_LIMIT_MS : DRAIN_GRACE_MS) || now - session->drain_since_ms >= DRAIN_LIMIT_MS) {
		drop_silent(session);
		return;
	}
	session_set_timer(session, now + CANCEL_REPEAT_MS);
	if (session->running)
		cancel_start(session);
}

/* --- the end ----------------------------------------------------------------------------------- */

static void word_cancelled(const struct entry *entry, struct err *err)
{
	if (entry->ending == ERR_TIMEOUT)
		err_set(err, ERR_TIMEOUT, "no answer within %.3g s: cancelled", entry->deadline_ms / 1000.0);
	else
		err_set(err, ERR_CANCELLED, "cancelled");
}

/* What the server said, as one line. A statement that ended before the cancel reached it was done: that is told as it is. */
static void word_error(const struct entry *entry, struct err *err)
{
	const struct result_error *error = result_error(entry->result);
	bool was_cancelled = error && strcmp(error->sqlstate, "57014") == 0;

	err_clear(err);
	if (entry->is_copy) {
		err_set(err, ERR_FAILED, "COPY from or to the client is not possible here");
		err_hint(err, "use psql's \\copy");
		return;
	}
	if (!error)
		return;
	if (was_cancelled && entry->ending != ERR_NONE) {
		word_cancelled(entry, err);
	} else {
		/* 57014 by the server's own statement_timeout; 55P03 by its lock_timeout */
		bool is_late = (was_cancelled && !strstr(error->message, "user request")) || strcmp(error->sqlstate, "55P03") == 0;

		err_set(err, is_late ? ERR_TIMEOUT : ERR_FAILED, "%s", error->message);
		if (error->hint)
			err_hint(err, "%s", error->hint);
	}
	memcpy(err->sqlstate, error->sqlstate, sizeof err->sqlstate);
}

static void ready_again(struct session *session)
{
	int idle_ms = session->options.idle_close_ms;

	session_set_timer(session, idle_ms > 0 ? loop_now_ms(session->loop) + idle_ms : 0);
	session_set_state(session, SESSION_READY);
	session_turn_soon(session);
}

static void hand_over(struct session *session, struct entry *entry)
{
	bool has_failed = result_error(session->incoming) != NULL;

	entry->result = session->incoming;
	session->incoming = NULL;
	if (entry->wrap_head > 0) {
		result_drop(entry->result, entry->wrap_head, has_failed ? 0 : entry->wrap_tail);
		result_shift_position(entry->result, entry->wrap_chars);
	}
	word_error(entry, &entry->err);
	end(session, entry, NULL);
}

void session_request_answered(struct session *session)
{
	struct entry *entry = session->running;

	session->running = NULL;
	if (entry)
		hand_over(session, entry);
	result_free(session->incoming); /* of an abandoned one */
	session->incoming = NULL;
	/* while a cancel is on its way it could hit the next request */
	if (session->canceller)
		session_set_timer(session, 0);
	else
		ready_again(session);
}

void session_cancel_ended(struct session *session)
{
	if (session->state == SESSION_DRAINING && session->exchange == EXCHANGE_NONE)
		ready_again(session);
}

void session_fail_all(struct session *session, const struct err *err)
{
	struct entry *entry = session->running;

	if (entry) {
		session->running = NULL;
		entry->result = session->incoming;
		session->incoming = NULL;
		entry->err = *err;
		if (entry->ending == ERR_TIMEOUT || entry->ending == ERR_CANCELLED)
			entry->err.kind = entry->ending;
		end(session, entry, NULL);
	}
	/* the rest was never sent, but it was meant for this connection and its transaction */
	while ((entry = take_first(&session->queue)) != NULL)
		end(session, entry, err);
}
