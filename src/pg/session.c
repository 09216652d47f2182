/* pg/session.c - life, states, deadlines, back-off, and the one function that lends libpq's socket to the loop. */
#include "session_private.h"

#include "pgtend/pg/move.h"

#include <fcntl.h>
#include <string.h>
#include <sys/random.h>

#include "pgtend/core/mem.h"
#include "pgtend/core/units.h"

enum {
	RETRY_FIRST_MS = 40,         /* after the loss of a connection that had lived */
	RETRY_MS = 250,              /* then doubling */
	RETRY_MAX_MS = 15000,
	RETRY_SILENT_MAX_MS = 5000,  /* an attempt at a stopped server already takes its whole deadline */
	RETRY_SOON_MAX_MS = 500,     /* nobody listens or it starts up: with jitter still live within 1 s after it accepts */
	RETRY_SOON_FOR_MS = 600000,  /* but not for ever */
	RETRY_REFUSED_MS = 30000,    /* a wrong password is not tried often: servers lock roles and fill logs */
	LIVED_MS = 500,              /* a connection that dies younger counts as one more failure */
};

/* --- life -------------------------------------------------------------------------------------- */

struct session *session_new(struct loop *loop, const struct conninfo *info, const struct session_options *options)
{
	struct session *session = MEM_NEW(struct session);

	session->loop = loop;
	session->info = conninfo_copy(info);
	session->options = *options;
	session->options.settings = NULL;
	if (session->options.connect_deadline_ms <= 0)
		session->options.connect_deadline_ms = CONNECT_DEADLINE_MS;
	for (const struct session_setting *s = options->settings; s && s->name; s++) {
		words_add(&session->setting_names, s->name);
		words_add(&session->setting_values, s->value);
	}
	return session;
}

static void release(void *arg)
{
	struct session *session = arg;

	conninfo_free(session->info);
	if (session->home)
		conninfo_free(session->home);
	words_done(&session->setting_names);
	words_done(&session->setting_values);
	words_done(&session->addresses);
	mem_free(session);
}

void session_free(struct session *session)
{
	if (!session || session->is_freed)
		return;
	struct err err;

	session->is_freed = true;
	session->options.bus = NULL; /* nobody may take a new hold of it */
	err_set(&err, ERR_CANCELLED, "the session was closed");
	session_fail_all(session, &err);
	session_close(session);
	session_deliver(session);
	session_wake_waiters(session, true);
	session_hosts_done(session);
	if (!session->is_turn_due)
		loop_defer(session->loop, release, session);
}

void session_open(struct session *session)
{
	if (session->is_freed)
		return;
	session->is_wanted = true;
	if (session->state == SESSION_CLOSED || session->state == SESSION_BACKOFF || session->state == SESSION_DEAD)
		session_connect_start(session);
}

void session_close(struct session *session)
{
	struct err err;

	session->is_wanted = false;
	err_set(&err, ERR_CANCELLED, "the session was closed");
	session_connect_stop(session);
	session_fail_all(session, &err);
	session_drop(session);
	session_set_timer(session, 0);
	session->next_try_ms = session->silent_since_ms = session->failing_since_ms = 0;
	session->tries = 0;
	err_clear(&session->err);
	session_set_state(session, SESSION_CLOSED);
	session_wake_waiters(session, true);
}

void session_move(struct session *session, const char *dbname)
{
	struct err err;

	session_close(session);
	if (!session->home)
		session->home = conninfo_copy(session->info);
	conninfo_free(session->info);
	session->info = conninfo_copy(session->home);
	if (dbname && !conninfo_set(session->info, "dbname", dbname, &err))
		mem_die("libpq does not know dbname");
	if (!dbname) {
		conninfo_free(session->home);
		session->home = NULL;
	}
}

bool session_is_moved(const struct session *session)
{
	return session->home != NULL;
}

static void on_turn(void *arg)
{
	struct session *session = arg;

	session->is_turn_due = false;
	if (session->is_freed) {
		release(session);
		return;
	}
	session_deliver(session);
	if (!session->is_freed)
		session_pump(session);
}

void session_turn_soon(struct session *session)
{
	if (session->is_turn_due || session->is_freed)
		return;
	session->is_turn_due = true;
	loop_defer(session->loop, on_turn, session);
}

void session_set_state(struct session *session, enum session_state state)
{
	if (session->state == state)
		return;
	session->state = state;
	event_emit(session->options.bus, EVENT_SESSION, session, NULL);
}

/* --- deadlines --------------------------------------------------------------------------------- */

static void on_timer(void *arg)
{
	struct session *session = arg;

	session_set_timer(session, 0);
	switch (session->state) {
	case SESSION_CLOSED:
		break;
	case SESSION_RESOLVING:
	case SESSION_CONNECTING:
		session_connect_late(session);
		break;
	case SESSION_READY: /* unused for idle_close_ms; with something queued the next pump is due */
		if (session_queued(session) == 0)
			session_close(session);
		break;
	case SESSION_BUSY:
		session_begin_drain(session, ERR_TIMEOUT);
		break;
	case SESSION_DRAINING:
		session_drain_tick(session);
		break;
	case SESSION_BACKOFF:
	case SESSION_DEAD:
		session_connect_start(session);
		break;
	}
}

void session_set_timer(struct session *session, int64_t at_ms)
{
	timer_stop(session->timer);
	session->timer = NULL;
	if (at_ms <= 0)
		return;
	int64_t delay = at_ms - loop_now_ms(session->loop);

	session->timer = timer_start(session->loop, delay > 0 ? (int)delay : 0, 0, on_timer, session);
}

/* --- the watch --------------------------------------------------------------------------------- */

static void on_watch(int events, void *arg)
{
	struct session *session = arg;

	if (events & WATCH_BROKEN)
		session_unwatch(session); /* spent; libpq alone says whether the connection is gone */
	if (session->exchange == EXCHANGE_NONE && session->state == SESSION_CONNECTING)
		session_connect_event(session, events);
	else
		session_io(session, events);
}

/* libpq closes and replaces its socket inside its own calls and the number usually stays the same, so the loop gets a
 * dup() that is ours alone: made afresh after each PQconnectPoll, given back in the turn in which libpq has dropped its own. Without
 * a free descriptor there is no watch: the state's deadline ends what nobody can hear. */
void session_watch(struct session *session, int events, bool is_fresh)
{
	int socket = PQsocket(session->conn);

	if (is_fresh || socket < 0)
		session_unwatch(session);
	if (socket < 0)
		return;
	if (!session->watch) {
		int own = fcntl(socket, F_DUPFD_CLOEXEC, 0);

		if (own < 0)
			return;
		session->watch = watch_open(session->loop, own, on_watch, session);
	}
	watch_want(session->watch, events);
}

void session_unwatch(struct session *session)
{
	watch_close(session->watch);
	session->watch = NULL;
}

void session_heard(struct session *session)
{
	session->heard_ms = loop_now_ms(session->loop);
	if (session->silent_since_ms)
		session->silent_since_ms = session->heard_ms;
}

void session_drop(struct session *session)
{
	cancel_stop(session);
	if (session->conn) {
		session_unwatch(session);
		PQfinish(session->conn);
		session->conn = NULL;
	}
	result_free(session->incoming);
	session->incoming = NULL;
	mem_free(session->last_words);
	session->last_words = NULL;
	session->exchange = EXCHANGE_NONE;
	session->is_pipeline = session->is_copying_in = session->is_copying_out = session->is_copy_held = false;
	session->is_feeding = session->is_feed_due = false;
	session->connected_us = 0;
}

/* --- failing and coming back ------------------------------------------------------------------- */

static int with_jitter(int ms)
{
	uint32_t random = 0;

	if (getrandom(&random, sizeof random, GRND_NONBLOCK) != (ssize_t)sizeof random)
		random = (uint32_t)units_now_us();
	return ms - ms / 5 + (int)(random % (uint32_t)(ms * 2 / 5 + 1));
}

static int backoff_ms(const struct session *session, enum connect_verdict verdict)
{
	bool is_young = loop_now_ms(session->loop) - session->failing_since_ms < RETRY_SOON_FOR_MS;
	int limit = verdict == CONNECT_RETRY_SOON && is_young ? RETRY_SOON_MAX_MS : verdict == CONNECT_SILENT ? RETRY_SILENT_MAX_MS : RETRY_MAX_MS;
	int ms = session->tries == 0 ? RETRY_FIRST_MS : RETRY_MS;

	for (int i = 1; i < session->tries && ms < limit; i++)
		ms *= 2;
	return with_jitter(ms < limit ? ms : limit);
}

/* From here the session waits: everything asked has failed, the reason is kept. */
static void retreat(struct session *session, enum connect_verdict verdict, const struct err *err)
{
	int64_t now = loop_now_ms(session->loop);
	enum session_state state = SESSION_BACKOFF;
	int delay_ms;

	session->err = *err;
	if (verdict != CONNECT_SILENT)
		session->silent_since_ms = 0;
	if (!session->failing_since_ms)
		session->failing_since_ms = now > 0 ? now : 1;
	session->next_try_ms = 0;
	session_set_timer(session, 0);
	if (verdict == CONNECT_REFUSED || !session->options.is_reconnecting)
		state = SESSION_DEAD;
	if (session->options.is_reconnecting && session->is_wanted) {
		delay_ms = verdict == CONNECT_REFUSED ? with_jitter(RETRY_REFUSED_MS) : backoff_ms(session, verdict);
		session->next_try_ms = now + delay_ms;
		session_set_timer(session, session->next_try_ms);
	}
	session_set_state(session, state);
	session_wake_waiters(session, true);
}

void session_attempt_failed(struct session *session, enum connect_verdict verdict, const struct err *err)
{
	struct err copy = *err; /* it may stand in what is cleared here */

	session_connect_stop(session);
	session_drop(session);
	session_fail_all(session, &copy);
	session->failed_stage = session->failure_stage;
	session->tries++;
	retreat(session, verdict, &copy);
}

void session_lost(struct session *session, const struct err *err)
{
	bool has_lived = loop_now_ms(session->loop) - session->ready_since_ms >= LIVED_MS;
	bool is_silent = session->state == SESSION_DRAINING && session->silent_since_ms != 0 && PQstatus(session->conn) == CONNECTION_OK;

	session_fail_all(session, err);
	session_drop(session);
	session->tries = has_lived ? 0 : session->tries + 1;
	retreat(session, is_silent ? CONNECT_SILENT : CONNECT_RETRY_SOON, err);
}

void session_became_ready(struct session *session)
{
	session_connect_stop(session);
	err_clear(&session->err);
	session->failed_stage = SESSION_STAGE_NONE;
	session->silent_since_ms = session->failing_since_ms = session->next_try_ms = 0;
	session->ready_since_ms = loop_now_ms(session->loop);
	session->connected_us = units_now_us();
	if (session->was_ready)
		session->reconnects++;
	session->was_ready = true;
	session_set_timer(session, session->options.idle_close_ms > 0 ? session->ready_since_ms + session->options.idle_close_ms : 0);
	session_set_state(session, SESSION_READY);
	session_wake_waiters(session, false);
	session_turn_soon(session);
}

/* --- asking about it ---------------------------------------------------------------------------- */

struct loop *session_loop(const struct session *session)
{
	return session->loop;
}

enum session_state session_state(const struct session *session)
{
	return session->state;
}

const char *session_state_word(enum session_state state)
{
	static const char *const words[] = {
		[SESSION_CLOSED] = "closed",
		[SESSION_RESOLVING] = "resolving",
		[SESSION_CONNECTING] = "connecting",
		[SESSION_READY] = "ready",
		[SESSION_BUSY] = "busy",
		[SESSION_DRAINING] = "draining",
		[SESSION_BACKOFF] = "back-off",
		[SESSION_DEAD] = "dead",
	};
	return words[state];
}

const struct err *session_error(const struct session *session)
{
	return &session->err;
}

enum session_stage session_failed_stage(const struct session *session)
{
	return session->failed_stage;
}

bool session_used_password(const struct session *session)
{
	return session->conn && PQconnectionUsedPassword(session->conn);
}

const char *session_peer_port(const struct session *session)
{
	return session->conn && session_host(session) ? session_host(session)->port : "";
}

const char *session_peer_address(const struct session *session)
{
	return session->conn ? session_address(session) : "";
}

int64_t session_next_try_ms(const struct session *session)
{
	return session->next_try_ms;
}

int64_t session_silent_since_ms(const struct session *session)
{
	return session->silent_since_ms;
}

int64_t session_connected_us(const struct session *session)
{
	return session->connected_us;
}

int session_server_version(const struct session *session)
{
	return session->server_version;
}

const char *session_parameter(const struct session *session, const char *name)
{
	return session->conn ? PQparameterStatus(session->conn, name) : NULL;
}

int session_backend_pid(const struct session *session)
{
	return session->conn ? PQbackendPID(session->conn) : 0;
}

const char *session_password(const struct session *session)
{
	const char *password = session->conn ? PQpass(session->conn) : NULL;
	return password && *password ? password : NULL;
}

bool session_is_pooled(const struct session *session)
{
	return session->is_pooled;
}

bool session_is_tls(const struct session *session)
{
	return session->conn && PQsslInUse(session->conn);
}

bool session_in_transaction(const struct session *session)
{
	PGTransactionStatusType status = session->conn ? PQtransactionStatus(session->conn) : PQTRANS_IDLE;

	return status == PQTRANS_INTRANS || status == PQTRANS_INERROR;
}

int session_reconnects(const struct session *session)
{
	return session->reconnects;
}

void session_cost(const struct session *session, int64_t *statements, double *server_ms)
{
	*statements = session->cost_statements;
	*server_ms = session->cost_ms;
}
