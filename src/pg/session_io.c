/* pg/session_io.c - what goes over the wire while a connection stands: sending, reading answers to their end, notices. */
#include <string.h>
#include <time.h>

#include "pgtend/core/mem.h"
#include "pgtend/sql_embedded.h"
#include "session_private.h"

static const char no_copy[] = "pgtend has no data for COPY: use psql";

static double clock_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec * 1000.0 + (double)now.tv_nsec / 1e6;
}

/* --- notices ----------------------------------------------------------------------------------- */

static void keep_last_words(struct session *session, const PGresult *notice)
{
	const char *sqlstate = PQresultErrorField(notice, PG_DIAG_SQLSTATE);
	const char *message = PQresultErrorField(notice, PG_DIAG_MESSAGE_PRIMARY);

	memset(session->last_sqlstate, 0, sizeof session->last_sqlstate);
	if (sqlstate)
		strncpy(session->last_sqlstate, sqlstate, sizeof session->last_sqlstate - 1);
	mem_free(session->last_words);
	session->last_words = mem_copy(message);
}

/* libpq's default would print it over the screen. */
void session_notice(void *arg, const PGresult *notice)
{
	struct session *session = arg;

	if (result_is_fatal(notice))
		keep_last_words(session, notice);
	else if (session->exchange == EXCHANGE_REQUEST && session->incoming)
		result_add_notice(session->incoming, notice);
}

/* --- a loss ------------------------------------------------------------------------------------ */

static char *first_line(const char *s)
{
	return mem_copy_n(s, strcspn(s, "\n"));
}

/* libpq says that the connection is gone. The server's own last words tell more than libpq's. */
static void lost_by_libpq(struct session *session)
{
	const struct result_error *error = result_error(session->incoming);
	char *libpq = first_line(PQerrorMessage(session->conn));
	const char *words = session->last_words ? session->last_words : error ? error->message : *libpq ? libpq : "closed by the other side";
	const char *sqlstate = session->last_words ? session->last_sqlstate : error ? error->sqlstate : "";
	struct err err;

	if (session->state == SESSION_CONNECTING) {
		char *copy = mem_copy(words), state[6];

		memcpy(state, sqlstate, strlen(sqlstate) + 1);
		session_connect_lost(session, copy, state);
		mem_free(copy);
	} else {
		char *place = session_place(session);

		err_set(&err, ERR_UNREACHABLE, "the connection to %s was lost: %s", place, words);
		memcpy(err.sqlstate, sqlstate, strlen(sqlstate) + 1);
		mem_free(place);
		session_lost(session, &err);
	}
	mem_free(libpq);
}

static void take_answer(struct session *session, PGresult *answer);

/* It could not be sent: what the server said before it went is still there to be read. */
static void send_failed(struct session *session)
{
	PGconn *conn = session->conn;
	PGresult *answer;

	PQconsumeInput(conn);
	for (int i = 0; i < 10 && !PQisBusy(conn) && (answer = PQgetResult(conn)) != NULL; i++)
		take_answer(session, answer);
	lost_by_libpq(session);
}

/* --- sending ----------------------------------------------------------------------------------- */

/* Whoever feeds a COPY is asked for more once the last of it is on its way: so much stands in memory, and no more. */
static void ask_for_more(struct session *session)
{
	if (!session->is_feeding || session->is_feed_due || session->state != SESSION_BUSY || !session->running)
		return;
	session->is_feed_due = true;
	session->running->feed_fn(session->running->arg);
}

/* What could not be sent yet goes when the socket takes it; both directions are watched, or both sides could wait. */
static void flush_and_watch(struct session *session)
{
	int left = PQflush(session->conn);

	if (PQstatus(session->conn) == CONNECTION_BAD) {
		lost_by_libpq(session);
		return;
	}
	session_watch(session, (session->is_copy_held ? 0 : WATCH_READ) | (left == 1 ? WATCH_WRITE : 0), false);
	if (left == 0)
		ask_for_more(session);
}

static void begin_exchange(struct session *session, enum exchange exchange)
{
	int64_t now = loop_now_ms(session->loop);

	session->exchange = exchange;
	session->sent_at_ms = clock_ms();
	session->heard_ms = now;
	if (!session->silent_since_ms)
		session->silent_since_ms = now > 0 ? now : 1;
	if (!session->incoming)
		session->incoming = result_new();
	session->cost_statements++;
	mem_free(session->last_words);
	session->last_words = NULL;
}

void session_attach_send(struct session *session)
{
	bool is_reader = session->options.is_read_only && session->has_sent_options && session->server_version >= 150000;

	begin_exchange(session, EXCHANGE_ATTACH);
	session_unwatch(session); /* PQconnectPoll ran last: afresh */
	if (!PQsendQuery(session->conn, is_reader ? sql_pg_attach_reader : sql_pg_attach))
		send_failed(session);
	else
		flush_and_watch(session);
}

void session_request_send(struct session *session)
{
	struct entry *entry = session->running;
	PGconn *conn = session->conn;
	bool is_sent;

	begin_exchange(session, EXCHANGE_REQUEST);
	session->is_wrapped = pooler_wraps(session, entry);
	if (session->is_wrapped)
		is_sent = pooler_send_wrapped(session, entry);
	else if (entry->params)
		is_sent = PQsendQueryParams(conn, entry->sql, entry->param_count, NULL, (const char *const *)entry->params, NULL, NULL, 0) == 1;
	else
		is_sent = PQsendQuery(conn, entry->sql) == 1;
	if (is_sent)
		flush_and_watch(session);
	else
		send_failed(session);
}

static void rollback_send(struct session *session)
{
	struct result *kept = session->incoming;

	begin_exchange(session, EXCHANGE_ROLLBACK);
	session->incoming = kept;
	if (PQsendQuery(session->conn, "ROLLBACK"))
		flush_and_watch(session);
	else
		send_failed(session);
}

/* --- reading ----------------------------------------------------------------------------------- */

static void end_exchange(struct session *session)
{
	enum exchange exchange = session->exchange;
	bool is_open = PQtransactionStatus(session->conn) == PQTRANS_INERROR || PQtransactionStatus(session->conn) == PQTRANS_INTRANS;

	session->cost_ms += clock_ms() - session->sent_at_ms;
	session->exchange = EXCHANGE_NONE;
	session->silent_since_ms = 0;
	if (exchange == EXCHANGE_ATTACH)
		session_connect_attached(session);
	else if (exchange == EXCHANGE_REQUEST && session->is_wrapped && is_open)
		rollback_send(session);
	else
		session_request_answered(session);
}

static void take_copy(struct session *session, bool is_in)
{
	const struct entry *running = session->running;
	bool is_wanted = running && (is_in ? running->feed_fn != NULL : running->row_fn != NULL);

	if (session->running && !is_wanted)
		session->running->is_copy = true;
	session->is_feeding = is_in && is_wanted && session->state == SESSION_BUSY;
	session->is_feed_due = false;
	if (is_in)
		session->is_copying_in = true;
	else
		session->is_copying_out = true;
	if (!is_in && !is_wanted)
		session_begin_drain(session, ERR_FAILED);
}

static void take_answer(struct session *session, PGresult *answer)
{
	switch (PQresultStatus(answer)) {
	case PGRES_TUPLES_OK:
	case PGRES_COMMAND_OK:
	case PGRES_EMPTY_QUERY:
		if (session->exchange != EXCHANGE_ROLLBACK) {
			result_add(session->incoming, answer);
			return;
		}
		break;
	case PGRES_COPY_IN:
		take_copy(session, true);
		break;
	case PGRES_COPY_OUT:
		take_copy(session, false);
		break;
	case PGRES_PIPELINE_ABORTED: /* a consequence of the error before it */
		break;
	default:
		if (result_is_fatal(answer))
			keep_last_words(session, answer);
		if (session->exchange != EXCHANGE_ROLLBACK)
			result_add_error(session->incoming, answer);
		break;
	}
	PQclear(answer);
}

/* Rows go to whoever asked for them, or, once the request is being given up, nowhere. False: more must arrive, or be wanted, first. */
static bool read_rows(struct session *session)
{
	int length = 0;
	char *row;

	while (!session->is_copy_held && (length = PQgetCopyData(session->conn, &row, 1)) > 0) {
		const struct entry *entry = session->state == SESSION_BUSY ? session->running : NULL;

		if (entry && entry->row_fn)
			session->is_copy_held = !entry->row_fn(row, (size_t)length, entry->arg);
		PQfreemem(row);
	}
	return !session->is_copy_held && length < 0;
}

/* False: more must arrive first. */
static bool get_rid_of_copy(struct session *session)
{
	PGconn *conn = session->conn;

	if (session->is_copying_in && session->is_feeding)
		return false;
	if (session->is_copying_in) {
		if (PQputCopyEnd(conn, no_copy) == 0)
			return false;
		session->is_copying_in = false;
	}
	if (session->is_copying_out)
		session->is_copying_out = !read_rows(session);
	return !session->is_copying_out;
}

/* In a pipeline NULL ends one statement, and the sync ends all; without one NULL ends all. False: it is not through. */
static bool read_answers(struct session *session)
{
	PGconn *conn = session->conn;

	while (get_rid_of_copy(session) && !PQisBusy(conn)) {
		PGresult *answer = PQgetResult(conn);

		if (answer && PQresultStatus(answer) == PGRES_PIPELINE_SYNC) {
			PQclear(answer);
			session->is_pipeline = false;
			return PQexitPipelineMode(conn) == 1;
		}
		if (answer)
			take_answer(session, answer);
		else if (PQstatus(conn) == CONNECTION_BAD)
			return false;
		else if (!session->is_pipeline)
			return true;
	}
	return false;
}

void session_io(struct session *session, int events)
{
	PGconn *conn = session->conn;
	PGnotify *notify;

	if (events & (WATCH_READ | WATCH_BROKEN)) {
		libpq_english_begin();
		if (PQconsumeInput(conn) && (events & WATCH_READ))
			session_heard(session);
		libpq_english_end();
	}
	bool is_through = session->exchange != EXCHANGE_NONE && read_answers(session);

	/* what nobody listens for; this also reads what an idle server says, its farewell above all */
	while ((notify = PQnotifies(conn)) != NULL)
		PQfreemem(notify);
	if (PQstatus(conn) == CONNECTION_BAD) {
		lost_by_libpq(session);
		return;
	}
	if (is_through)
		end_exchange(session);
	if (session->conn == conn && PQstatus(conn) == CONNECTION_OK)
		flush_and_watch(session);
}

void session_copy_resume(struct session *session)
{
	if (!session->is_copy_held)
		return;
	session->is_copy_held = false;
	session_io(session, 0); /* libpq may have read rows already */
}

/* A connection that broke tells it at the next flush. */
void session_copy_put(struct session *session, const char *bytes, size_t length)
{
	if (!session->is_feeding)
		return;
	session->is_feed_due = false;
	if (PQputCopyData(session->conn, bytes, (int)length) == 1)
		flush_and_watch(session);
	else if (PQstatus(session->conn) == CONNECTION_BAD)
		lost_by_libpq(session);
	else
		session_copy_finish(session, "the data could not be sent");
}

void session_copy_finish(struct session *session, const char *give_up)
{
	if (!session->is_feeding)
		return;
	session->is_feeding = session->is_feed_due = false;
	session->is_copying_in = PQputCopyEnd(session->conn, give_up) != 1;
	session_io(session, 0);
}
