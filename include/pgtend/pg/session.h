/* pg/session.h - one connection, never blocking: resolve, connect, ask, cancel, come back.
 *
 * Owns: the PGconn, its state machine, its deadlines, reconnection with back-off and
 * jitter, the queue of requests. The only file that watches a libpq socket (DESIGN 5: a
 * dup() of PQsocket, made afresh after every PQconnectPoll).
 * Must not know: what is asked, or why.
 */
#ifndef PGTEND_PG_SESSION_H
#define PGTEND_PG_SESSION_H

#include <stdbool.h>
#include <stdint.h>

#include "pgtend/core/err.h"
#include "pgtend/core/event.h"
#include "pgtend/loop/loop.h"
#include "pgtend/config/conninfo.h"
#include "pgtend/pg/result.h"

enum session_state {
	SESSION_CLOSED,    /* not wanted */
	SESSION_RESOLVING,
	SESSION_CONNECTING,
	SESSION_READY,
	SESSION_BUSY,      /* a request is on its way */
	SESSION_DRAINING,  /* its deadline passed or it was cancelled: waiting for the server's last word */
	SESSION_BACKOFF,   /* lost or refused: the next try is at session_next_try_ms() */
	SESSION_DEAD,      /* trying again changes nothing (wrong password, no such database, TLS refused: the next try comes in half a minute), or options that do not retry */
};

/* The way of a connection. One that was not made has stopped at one of them. */
enum session_stage {
	SESSION_STAGE_NONE,
	SESSION_STAGE_NAME,           /* its host is not resolved */
	SESSION_STAGE_PORT,           /* nobody listens, nobody answers, or it is no PostgreSQL that takes connections now */
	SESSION_STAGE_TLS,
	SESSION_STAGE_AUTHENTICATION,
	SESSION_STAGE_DATABASE,       /* let in, but not to this database */
};

struct session_setting { const char *name, *value; };

struct session_options {
	const struct session_setting *settings; /* name NULL ends. Startup packet; behind a pooler SET LOCAL around each request */
	bool is_read_only;       /* default_transaction_read_only / BEGIN READ ONLY */
	bool is_admin_console;   /* PgBouncer's: simple protocol only, no settings, nothing wrapped */
	bool is_reconnecting;    /* come back by itself after a loss */
	int connect_deadline_ms; /* for resolve and connect together, each host; 0: 10,000 */
	int idle_close_ms;       /* close when unused for so long; 0: never */
	struct event_bus *bus;   /* EVENT_SESSION at each change of state; may be NULL */
	/* Asked before each try; false: nothing is sent anywhere, *err is why, the next try comes as after a refusal. NULL: always. */
	bool (*may_connect_fn)(void *arg, struct err *err);
	void *may_connect_arg;
};

struct session; /* opaque */

/* Coming back (is_reconnecting): 40 ms after a loss, then 250 ms doubling, with jitter of a fifth. While nobody listens or the server starts up at most
 * 500 ms for the first ten minutes, so that a restarted server has its sessions back within 1 s; a silent one at most 5 s; else at most 15 s. */

/* Copies info, options and settings. Nothing is opened yet. */
struct session *session_new(struct loop *loop, const struct conninfo *info, const struct session_options *options);
struct loop *session_loop(const struct session *session);
void session_free(struct session *session); /* at once; requests under way end with ERR_CANCELLED */
void session_open(struct session *session); /* nothing when open already; ends a back-off early */
void session_close(struct session *session);

enum session_state session_state(const struct session *session);
const char *session_state_word(enum session_state state);
/* Why the last try or the connection failed; kind ERR_NONE when it did not. */
const struct err *session_error(const struct session *session);
/* Where the last try stopped, of several hosts the one that came furthest; NONE: it did not fail. */
enum session_stage session_failed_stage(const struct session *session);
int64_t session_next_try_ms(const struct session *session);   /* loop time of the next try, in back-off or dead; 0: none will come by itself */
/* Loop time since when an asked question (or a connect) has no answer; 0: none is open. It stays over a connection that was given up for silence, until the server says anything. */
int64_t session_silent_since_ms(const struct session *session);
int64_t session_connected_us(const struct session *session);   /* wall clock; 0 when not connected */
int session_server_version(const struct session *session);     /* server_version_num; 0 before it is known or for PgBouncer */
const char *session_parameter(const struct session *session, const char *name); /* ParameterStatus; NULL */
int session_backend_pid(const struct session *session);
/* The password that libpq connects with, wherever it found it (passfile, service): to take it out of texts, for nothing else. NULL: none, or it is not connected. Borrowed. */
const char *session_password(const struct session *session);
bool session_is_pooled(const struct session *session);         /* startup options refused, or the backend's pid is another one */
bool session_is_tls(const struct session *session);
/* The TLS of the connection at hand, and the certificate that the other side has shown. */
struct session_tls {
	const char *mode;             /* sslmode in effect; borrowed */
	bool is_used;                 /* the rest is only told when it is */
	char *protocol, *cipher;      /* "TLSv1.3"; NULL: not told */
	int bits;                     /* of the cipher's key; 0: not told */
	char *subject, *issuer;       /* of the certificate, one line, raw; NULL */
	int64_t valid_from_us, valid_until_us; /* of the certificate; 0: not told */
	bool is_verified;             /* the certificate comes from one that we trust */
	bool is_name_verified;        /* and is this host's */
};
/* Pass to session_tls_done(). */
void session_tls_read(const struct session *session, struct session_tls *tls);
void session_tls_done(struct session_tls *tls);
/* "scram-sha-256" is not told by libpq: only whether a password was asked for and given. */
bool session_used_password(const struct session *session);
/* Of the connection at hand: numeric address, "" on a Unix socket or when there is none. Borrowed until the next try. */
const char *session_peer_address(const struct session *session);
const char *session_peer_port(const struct session *session);
bool session_in_transaction(const struct session *session);
int session_reconnects(const struct session *session);
/* What this session costs its server: statements sent, milliseconds waited for answers. */
void session_cost(const struct session *session, int64_t *statements, double *server_ms);

struct request {
	const char *sql;              /* copied */
	const char *const *params;    /* text, NULL is null; copied. With params, also none of them (count 0): extended protocol, the server takes one statement alone */
	int param_count;
	int deadline_ms;              /* from its sending; 0: none. After it the session cancels, drains, and reports ERR_TIMEOUT */
	bool is_unwrapped;            /* behind a pooler: send as it is (own BEGIN..COMMIT, or must not be in a transaction) */
	/* COPY ... TO STDOUT: each row as it came over the wire. False: no more for now, until session_copy_resume(). NULL: a COPY is refused. Tasks use
	 * pg/copy.h. */
	bool (*row_fn)(const char *row, size_t length, void *arg);
	/* COPY ... FROM STDIN: called when the server takes (more) data, which then go by session_copy_put(); session_copy_finish() ends it. NULL: a COPY is
	 * refused. Tasks use pg/copy.h. */
	void (*feed_fn)(void *arg);
	/* Called once, on the loop. result is NULL when none came. err.kind is ERR_NONE when all went well; SQL errors come with sqlstate and result_error(). The result is freed after the call unless *result is set to NULL by the callee. */
	void (*fn)(struct result **result, const struct err *err, void *arg);
	void *arg;
};

/* Queues it; it is sent when the session is ready. Returns its number, for session_cancel(). Closed, dead or in back-off: fn is called next turn with the reason.
 * When a connection is lost or an attempt fails, everything queued fails with it: it was meant for that connection and its transaction. */
uint64_t session_submit(struct session *session, const struct request *request);
/* Not sent yet: taken out. Sent: the server is asked to cancel (PQcancelCreate where libpq has it, else pg_cancel_backend through a short session of the same target). fn is called in either case. */
void session_cancel(struct session *session, uint64_t number);
/* The request whose row_fn wanted no more wants more. Nothing is read from the server in between: it waits, as far as its buffers do not bear it. */
void session_copy_resume(struct session *session);
/* The request's data, copied. Called once for each feed_fn. */
void session_copy_put(struct session *session, const char *bytes, size_t length);
/* No more. give_up: why the server shall forget all of it, and the request fails; NULL: they are whole. */
void session_copy_finish(struct session *session, const char *give_up);
int session_queued(const struct session *session); /* waiting and running */

/* --- in a task ------------------------------------------------------------------------------- */

/* Opens when needed (a back-off ends early) and waits until it is ready. The first attempt that fails at all hosts ends the wait with its reason. */
PGTEND_CHECK bool session_ready_wait(struct session *session, int deadline_ms, struct err *err);
/* Asks and waits. deadline_ms 0: none (a cancelled task cancels it on the server). On false with an SQL error *result is set too, so that position and detail can be read; free it in either case. result may be NULL when the rows do not matter. */
PGTEND_CHECK bool session_query_wait(struct session *session, const char *sql, const char *const *params, int param_count, int deadline_ms, struct result **result, struct err *err);
/* Sends the question and comes back: the server works while the task does something else. Then session_answer_wait() exactly once, by the
 * same task, which takes the question away; it answers like session_query_wait(). NULL: the task is cancelled. */
struct question *session_ask(struct session *session, const char *sql, const char *const *params, int param_count, int deadline_ms);
PGTEND_CHECK bool session_answer_wait(struct question *question, struct result **result, struct err *err);
/* Nobody wants its answer any more. NULL is fine. */
void session_answer_drop(struct question *question);
/* Formats with quoting done by libpq: %I identifier, %L literal, %s as it is, %d int, %lld; then asks and waits. */
PGTEND_CHECK bool session_queryf_wait(struct session *session, int deadline_ms, struct result **result, struct err *err, const char *format, ...);

/* Identifier or literal quoted by libpq (needs a live connection). Caller frees. */
char *session_quote_identifier(struct session *session, const char *name);
char *session_quote_literal(struct session *session, const char *value);

#endif
