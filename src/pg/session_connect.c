/* pg/session_connect.c - one attempt: each host, each of its addresses, each with its own deadline, until one is ready. */
#include <stdlib.h>
#include <string.h>

#include "pgtend/core/mem.h"
#include "session_private.h"

static void next_host(struct session *session);
static void next_address(struct session *session);

/* Hosts fail for different reasons; the reader sees all of them, the back-off follows the most hopeful. */
static void note_failure(struct session *session, enum connect_verdict verdict, enum session_stage stage, const struct err *err)
{
	struct err *all = &session->failure;

	if (stage > session->failure_stage)
		session->failure_stage = stage;

	if (all->kind == ERR_NONE) {
		*all = *err;
		session->failure_verdict = verdict;
		return;
	}
	if (verdict < session->failure_verdict)
		session->failure_verdict = verdict;
	if (strstr(all->text, err->text))
		return;
	struct err joined = *err;

	err_set(&joined, ERR_UNREACHABLE, "%s; %s", all->text, err->text);
	memcpy(joined.sqlstate, err->sqlstate, sizeof joined.sqlstate);
	memcpy(joined.hint, err->hint, sizeof joined.hint);
	*all = joined;
}

static int64_t host_budget_ms(struct session *session)
{
	/* libpq ignores connect_timeout in asynchronous mode, but whoever configured it meant it */
	const char *configured = conninfo_effective(session->info, "connect_timeout");
	long seconds = configured ? strtol(configured, NULL, 10) : 0;

	if (seconds > 0 && seconds * 1000 < session->options.connect_deadline_ms)
		return seconds * 1000;
	return session->options.connect_deadline_ms;
}

void session_connect_start(struct session *session)
{
	int64_t now = loop_now_ms(session->loop);
	const char *attrs = conninfo_effective(session->info, "target_session_attrs");
	struct err why;

	session_connect_stop(session);
	session->failure_stage = SESSION_STAGE_NONE;
	if (session->options.may_connect_fn && !session->options.may_connect_fn(session->options.may_connect_arg, &why)) {
		session_attempt_failed(session, CONNECT_REFUSED, &why);
		return;
	}
	session_set_timer(session, 0);
	session->next_try_ms = 0;
	if (!session->silent_since_ms)
		session->silent_since_ms = now > 0 ? now : 1;
	session_hosts_init(session);
	session->host_index = -1;
	session->round = 0;
	session->rounds = attrs && strcmp(attrs, "prefer-standby") == 0 && session->host_count > 1 ? 2 : 1;
	err_clear(&session->failure);
	next_host(session);
}

void session_connect_stop(struct session *session)
{
	if (session->resolve)
		resolve_cancel(session->resolve);
	session->resolve = NULL;
}

/* --- names ------------------------------------------------------------------------------------- */

static void on_resolved(const char *const *addresses, const struct err *err, void *arg)
{
	struct session *session = arg;
	const struct host *host = session_host(session);
	struct err failure;

	session->resolve = NULL;
	if (!addresses) {
		err_set(&failure, ERR_UNREACHABLE, "%s", err->text);
		if (!strstr(err->text, host->host))
			err_prefix(&failure, "the name %s is not resolved", host->host);
		note_failure(session, CONNECT_RETRY, SESSION_STAGE_NAME, &failure);
		next_host(session);
		return;
	}
	for (size_t i = 0; addresses[i]; i++)
		words_add(&session->addresses, addresses[i]);
	next_address(session);
}

static void next_host(struct session *session)
{
	if (++session->host_index >= session->host_count) {
		session->host_index = 0;
		if (++session->round >= session->rounds) {
			session_attempt_failed(session, session->failure_verdict, &session->failure);
			return;
		}
	}
	const struct host *host = session_host(session);
	const char *address = host_address(host);

	session->host_deadline_ms = loop_now_ms(session->loop) + host_budget_ms(session);
	words_done(&session->addresses);
	session->address_index = 0;
	if (address) {
		words_add(&session->addresses, address);
		next_address(session);
		return;
	}
	session_set_timer(session, session->host_deadline_ms);
	session->resolve = resolve_start(session->loop, host->host, on_resolved, session);
	session_set_state(session, SESSION_RESOLVING);
}

/* --- one address ------------------------------------------------------------------------------- */

/* One dead address of several must not eat the host's whole time. */
static void give_time(struct session *session)
{
	int64_t now = loop_now_ms(session->loop);
	int64_t left = (int64_t)(session->addresses.count - session->address_index);
	int64_t share = (session->host_deadline_ms - now) / (left > 0 ? left : 1);

	session_set_timer(session, now + (share > 0 ? share : 0));
}

static void fail_address(struct session *session, enum connect_verdict verdict, enum session_stage stage, const struct err *err)
{
	session_drop(session);
	note_failure(session, verdict, stage, err);
	if (!connect_error_tries_next(verdict, err)) {
		session_attempt_failed(session, verdict, &session->failure);
		return;
	}
	session->address_index++;
	next_address(session);
}

static void fail_by_libpq(struct session *session)
{
	struct connect_place place = session_connect_place(session);
	struct err err;
	enum connect_verdict verdict = connect_error_word(&err, &place, PQerrorMessage(session->conn), PQconnectionNeedsPassword(session->conn));

	if (PQconnectionNeedsPassword(session->conn) && session_unfit_passfile(session))
		err_hint(&err, "%s is not used, because others may read it: chmod 600", session_unfit_passfile(session));
	if (verdict == CONNECT_WITHOUT_OPTIONS) {
		if (session->has_sent_options) {
			session->are_options_refused = true;
			session_drop(session);
			next_address(session);
			return;
		}
		verdict = CONNECT_REFUSED;
	}
	fail_address(session, verdict, connect_error_stage(PQerrorMessage(session->conn), PQconnectionNeedsPassword(session->conn)), &err);
}

static void next_address(struct session *session)
{
	if (session->address_index >= session->addresses.count) {
		next_host(session);
		return;
	}
	give_time(session);
	libpq_english_begin();
	session->conn = session_connect_libpq(session);
	libpq_english_end();
	if (!session->conn)
		mem_die("no memory for a connection");
	PQsetErrorVerbosity(session->conn, PQERRORS_VERBOSE); /* the only way to the SQLSTATE of a refused connection */
	PQsetNoticeReceiver(session->conn, session_notice, session);
	if (PQstatus(session->conn) == CONNECTION_BAD) {
		fail_by_libpq(session);
		return;
	}
	session_watch(session, WATCH_WRITE, true); /* before the first PQconnectPoll: as if it had said WRITING */
	session_set_state(session, SESSION_CONNECTING);
}

static bool is_bouncer(const PGconn *conn)
{
	const char *version = PQparameterStatus(conn, "server_version");

	return version && strstr(version, "/bouncer");
}

static void established(struct session *session)
{
	PGconn *conn = session->conn;

	PQsetErrorVerbosity(conn, PQERRORS_DEFAULT);
	if (PQsetnonblocking(conn, 1) != 0)
		mem_die("libpq does not do without blocking");
	session->server_version = is_bouncer(conn) ? 0 : PQserverVersion(conn);
	if (session->options.is_admin_console || session->is_short || is_bouncer(conn)) {
		session_watch(session, WATCH_READ, true);
		session_became_ready(session);
		return;
	}
	session_attach_send(session);
}

void session_connect_event(struct session *session, int events)
{
	if (events & WATCH_READ)
		session_heard(session);
	libpq_english_begin();
	PostgresPollingStatusType polled = PQconnectPoll(session->conn);
	libpq_english_end();
	switch (polled) {
	case PGRES_POLLING_READING:
		session_watch(session, WATCH_READ, true);
		break;
	case PGRES_POLLING_WRITING:
		session_watch(session, WATCH_WRITE, true);
		break;
	case PGRES_POLLING_OK:
		established(session);
		break;
	case PGRES_POLLING_FAILED:
	default:
		fail_by_libpq(session);
		break;
	}
}

/* --- its end ----------------------------------------------------------------------------------- */

void session_connect_attached(struct session *session)
{
	const struct result *answer = session->incoming;
	int64_t pid = result_int(answer, 0, result_column(answer, "pid"), PQbackendPID(session->conn));

	session->is_pooled = session->are_options_refused || pid != PQbackendPID(session->conn);
	session->is_wrapping = session->is_pooled || (session->has_sent_options && !result_bool(answer, 0, result_column(answer, "mark")));
	result_free(session->incoming);
	session->incoming = NULL;
	session_became_ready(session);
}

void session_connect_lost(struct session *session, const char *words, const char *sqlstate)
{
	struct err err;
	char *place = session_place(session);

	err_set(&err, ERR_UNREACHABLE, "%s closed the connection after the login: %s", place, words);
	memcpy(err.sqlstate, sqlstate, sizeof err.sqlstate);
	mem_free(place);
	session_drop(session);
	note_failure(session, CONNECT_RETRY, SESSION_STAGE_DATABASE, &err);
	session_attempt_failed(session, CONNECT_RETRY, &session->failure);
}

void session_connect_late(struct session *session)
{
	struct err err;
	char *place = session_place(session);
	double seconds = (double)host_budget_ms(session) / 1000.0;

	if (session->state == SESSION_RESOLVING) {
		session_connect_stop(session);
		err_set(&err, ERR_UNREACHABLE, "the name %s was not resolved within %.3g s", session_host(session)->host, seconds);
		note_failure(session, CONNECT_SILENT, SESSION_STAGE_NAME, &err);
		mem_free(place);
		next_host(session);
		return;
	}
	if (session->exchange == EXCHANGE_ATTACH)
		err_set(&err, ERR_UNREACHABLE, "%s let the session in, but did not answer within %.3g s (a pool without a free server?)", place, seconds);
	else
		err_set(&err, ERR_UNREACHABLE, "%s did not answer within %.3g s", place, seconds);
	mem_free(place);
	fail_address(session, CONNECT_SILENT, session->exchange == EXCHANGE_ATTACH ? SESSION_STAGE_DATABASE : SESSION_STAGE_PORT, &err);
}
