/* pg/cancel.c - asking the server to stop the running request, without waiting for it.
 *
 * Success only means that the wish was sent: the session goes on reading until the server answers.
 */
#include "config.h"

#include <fcntl.h>

#include "pgtend/core/mem.h"
#include "pgtend/sql_embedded.h"
#include "session_private.h"

enum { CANCEL_DEADLINE_MS = 5000 };

struct canceller {
	struct session *owner;
	struct timer *timer;
#ifdef HAVE_PQCANCELCREATE
	PGcancelConn *cancel;
	struct watch *watch;
#else
	struct session *session; /* the short session that asks */
#endif
};

static void close_way(struct canceller *canceller);

void cancel_stop(struct session *session)
{
	struct canceller *canceller = session->canceller;

	if (!canceller)
		return;
	session->canceller = NULL;
	timer_stop(canceller->timer);
	close_way(canceller);
	mem_free(canceller);
}

static void finish(struct canceller *canceller)
{
	struct session *owner = canceller->owner;

	cancel_stop(owner);
	session_cancel_ended(owner);
}

static void on_late(void *arg)
{
	finish(arg);
}

static struct canceller *canceller_new(struct session *session)
{
	struct canceller *canceller = MEM_NEW(struct canceller);

	canceller->owner = session;
	canceller->timer = timer_start(session->loop, CANCEL_DEADLINE_MS, 0, on_late, canceller);
	session->canceller = canceller;
	return canceller;
}

#ifdef HAVE_PQCANCELCREATE

static void on_cancel_watch(int events, void *arg);

static void close_way(struct canceller *canceller)
{
	watch_close(canceller->watch);
	PQcancelFinish(canceller->cancel);
}

/* The rules of PQconnectPoll: the socket may be another one after each call. */
static void watch_cancel(struct canceller *canceller, int events)
{
	int own = fcntl(PQcancelSocket(canceller->cancel), F_DUPFD_CLOEXEC, 0);

	watch_close(canceller->watch);
	canceller->watch = own >= 0 ? watch_open(canceller->owner->loop, own, on_cancel_watch, canceller) : NULL;
	if (canceller->watch)
		watch_want(canceller->watch, events);
}

static void on_cancel_watch(int events, void *arg)
{
	struct canceller *canceller = arg;

	(void)events;
	switch (PQcancelPoll(canceller->cancel)) {
	case PGRES_POLLING_READING:
		watch_cancel(canceller, WATCH_READ);
		break;
	case PGRES_POLLING_WRITING:
		watch_cancel(canceller, WATCH_WRITE);
		break;
	default:
		finish(canceller);
		break;
	}
}

/* A pooler forwards this one; PGlite, whose pid is 0, gives it the only slot and answers nothing. */
void cancel_start(struct session *session)
{
	if (session->canceller || session->is_short || !session->conn || PQbackendPID(session->conn) == 0)
		return;
	struct canceller *canceller = canceller_new(session);

	canceller->cancel = PQcancelCreate(session->conn);
	if (!canceller->cancel || !PQcancelStart(canceller->cancel))
		cancel_stop(session); /* nothing was sent: the session drains */
	else
		watch_cancel(canceller, WATCH_WRITE);
}

#else

static void close_way(struct canceller *canceller)
{
	session_free(canceller->session);
}

static void on_answer(struct result **result, const struct err *err, void *arg)
{
	(void)result;
	if (err->kind == ERR_CANCELLED) /* close_way() itself */
		return;
	finish(arg);
}

static struct conninfo *same_target(struct session *session)
{
	const struct host *host = session_host(session);
	struct conninfo *info = conninfo_copy(session->info);
	struct err err;

	if (!conninfo_set(info, "host", host->host, &err) || !conninfo_set(info, "hostaddr", *session_address(session) ? session_address(session) : NULL, &err) ||
		!conninfo_set(info, "port", host->port, &err) || !conninfo_set(info, "target_session_attrs", "any", &err))
		mem_die("libpq does not know its own keywords");
	return info;
}

/* Behind a pooler the pid is nobody's, and PGlite's is 0: there the answer is only waited for. */
void cancel_start(struct session *session)
{
	if (session->canceller || session->is_short || session->is_pooled || !session->conn || PQbackendPID(session->conn) == 0)
		return;
	struct canceller *canceller = canceller_new(session);
	struct session_options options = {.connect_deadline_ms = CANCEL_DEADLINE_MS};
	struct conninfo *info = same_target(session);
	char *pid = mem_format("%d", PQbackendPID(session->conn));
	const char *const params[] = {pid};
	struct request request = {.sql = sql_pg_cancel, .params = params, .param_count = 1, .fn = on_answer, .arg = canceller};

	canceller->session = session_new(session->loop, info, &options);
	canceller->session->is_short = true;
	session_open(canceller->session);
	session_submit(canceller->session, &request);
	mem_free(pid);
	conninfo_free(info);
}

#endif
