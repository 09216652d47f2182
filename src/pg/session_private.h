/* pg/session_private.h - the parts of a session that its files share. For src/pg alone.
 *
 *   session.c          life, states, deadlines, back-off, the watch, one exit for every loss
 *   session_connect.c  an attempt: names, addresses, PQconnectPoll, the question asked once after a connect
 *   hosts.c            which servers, and what libpq is told about each
 *   session_request.c  the queue: submission, deadlines, draining, the end of a request
 *   session_io.c       sending, reading answers, notices, COPY refused
 *   session_wait.c     the task's side
 *   copy.c, copy_in.c  the task's side of COPY ... TO STDOUT, and FROM STDIN, block by block
 *   pooler.c           startup options, and the same settings as a transaction around each request
 *   cancel.c           asking the server to cancel
 */
#ifndef PGTEND_PG_SESSION_PRIVATE_H
#define PGTEND_PG_SESSION_PRIVATE_H

#include <libpq-fe.h>
#include <openssl/types.h>

#include "connect_error.h"
#include "pgtend/core/text.h"
#include "pgtend/loop/resolve.h"
#include "pgtend/loop/task.h"
#include "pgtend/pg/session.h"
#include "result_private.h"

enum {
	CONNECT_DEADLINE_MS = 10000,
	DRAIN_GRACE_MS = 10000,  /* so long may a server say nothing after it was asked to cancel */
	DRAIN_LIMIT_MS = 60000,  /* so long may it go on talking, or work on what cannot be cancelled */
	CANCEL_REPEAT_MS = 2000, /* a cancel that arrives before its statement has begun is lost */
};

/* A request from its submission to its callback. */
struct entry {
	struct entry *next;
	uint64_t number;
	char *sql;
	char **params; /* NULL: simple protocol */
	int param_count;
	int deadline_ms;
	bool is_unwrapped;
	bool (*row_fn)(const char *row, size_t length, void *arg); /* NULL: it takes no rows of a COPY */
	void (*feed_fn)(void *arg); /* NULL: it has no data for a COPY */
	void (*fn)(struct result **result, const struct err *err, void *arg);
	void *arg;
	struct result *result;
	struct err err;
	/* while it runs */
	enum err_kind ending;  /* why the server was asked to stop: ERR_TIMEOUT, ERR_CANCELLED, ERR_UNSUPPORTED (COPY) */
	bool is_copy;          /* it was a COPY, which has no client here */
	int wrap_head;         /* answers that belong to the wrapper, before the request's own */
	int wrap_tail;
	int wrap_chars;        /* characters of the message before the request's own text */
};

struct entries {
	struct entry *first, *last;
	int count;
};

/* What is on the wire. */
enum exchange {
	EXCHANGE_NONE,
	EXCHANGE_ATTACH,   /* sql/attach.sql, before the session is ready */
	EXCHANGE_REQUEST,  /* session->running */
	EXCHANGE_ROLLBACK, /* behind a wrapped request that failed */
};

struct host {
	char *host, *hostaddr, *port; /* hostaddr NULL: not given */
};

/* A task in session_ready_wait(). Lives on its stack. */
struct waiter {
	struct waiter *next;
	struct session *session; /* NULL: it was freed */
	struct task *task;
	bool has_failed;  /* an attempt failed since the wait began */
	bool is_late;
};

struct canceller;

struct session {
	struct loop *loop;
	struct conninfo *info;
	struct conninfo *home; /* what it was made with, while it is moved (session_move); NULL */
	struct session_options options; /* its settings are in the two lists below */
	struct words setting_names, setting_values;
	enum session_state state;
	struct err err;
	bool is_wanted, is_freed, is_turn_due;
	bool is_short; /* a canceller's: asks nothing of its own */

	/* the connection and its watch (session.c) */
	PGconn *conn;
	struct watch *watch;
	struct timer *timer; /* of the state: a deadline, the next try, the idle close */

	/* one attempt (session_connect.c) */
	struct host *hosts;
	int host_count, host_index;
	int round, rounds;        /* target_session_attrs=prefer-standby over several hosts: standbys first, then any */
	struct words addresses;   /* of the host at hand; one empty word: none is needed (Unix socket) */
	size_t address_index;
	struct resolve *resolve;
	int64_t host_deadline_ms;
	struct err failure;       /* what the hosts tried so far said */
	enum connect_verdict failure_verdict;
	enum session_stage failure_stage, failed_stage; /* of this attempt so far; of the last one */
	bool has_sent_options;

	/* back-off (session.c) */
	int tries;                /* failed in a row */
	int64_t failing_since_ms; /* 0: not */
	int64_t next_try_ms;
	int64_t ready_since_ms;

	/* what is known of the other side; stays after a loss */
	bool are_options_refused, is_pooled, is_wrapping, was_ready;
	int server_version;
	int64_t connected_us;
	int64_t silent_since_ms;
	int reconnects;
	char last_sqlstate[6]; /* a FATAL that came unasked: why the server will close */
	char *last_words;

	/* requests (session_query.c) */
	uint64_t numbers;
	struct entries queue, ended;
	struct entry *running;
	enum exchange exchange;
	struct result *incoming;
	bool is_pipeline, is_wrapped, is_copying_in, is_copying_out;
	bool is_feeding;   /* the running request gives the data of a COPY */
	bool is_feed_due;  /* it was told that the server takes more, and has not given it yet */
	bool is_copy_held; /* whoever takes the rows of the COPY wants no more for now */
	int64_t sent_ms, drain_since_ms, heard_ms;
	struct canceller *canceller;

	struct waiter *waiters;
	int64_t cost_statements;
	double cost_ms;
	double sent_at_ms; /* of the exchange, with fractions */
};

/* session.c */
void session_set_state(struct session *session, enum session_state state);
void session_set_timer(struct session *session, int64_t at_ms); /* loop time; on_timer() does what the state asks for */
void session_turn_soon(struct session *session);            /* callbacks and the next request, from a clean stack */
/* The one function that gives libpq's socket to the loop. is_fresh: libpq may have replaced its socket. */
void session_watch(struct session *session, int events, bool is_fresh);
void session_unwatch(struct session *session);
void session_heard(struct session *session);                 /* bytes came from the server */
void session_drop(struct session *session);                  /* ends the connection, tells nobody */
void session_attempt_failed(struct session *session, enum connect_verdict verdict, const struct err *err);
/* The one exit of an established connection: everything asked fails with `err`, then back-off. */
void session_lost(struct session *session, const struct err *err);
void session_became_ready(struct session *session);

/* session_connect.c */
void session_connect_start(struct session *session);
void session_connect_stop(struct session *session);
void session_connect_event(struct session *session, int events);
void session_connect_late(struct session *session); /* the deadline of an address passed */
void session_connect_attached(struct session *session);
void session_connect_lost(struct session *session, const char *words, const char *sqlstate); /* it broke before it was ready */

/* hosts.c */
void session_hosts_init(struct session *session);
void session_hosts_done(struct session *session);
const char *host_address(const struct host *host); /* NULL: its name must be resolved; "": needs none. Borrowed */
const char *session_unfit_passfile(struct session *session); /* borrowed */
PGconn *session_connect_libpq(struct session *session); /* PQconnectStartParams() for the host and address at hand */
struct connect_place session_connect_place(struct session *session); /* borrowed texts */
/* Where it is connected or tries to: host, address ("" none), port. Borrowed. */
const struct host *session_host(const struct session *session);
const char *session_address(const struct session *session);
char *session_place(struct session *session); /* "db.example:5432". Caller frees */

/* session_request.c */
void session_pump(struct session *session);      /* sends the next request */
void session_deliver(struct session *session);   /* calls the callbacks of ended requests */
void session_begin_drain(struct session *session, enum err_kind ending);
void session_drain_tick(struct session *session);
void session_request_answered(struct session *session); /* the running one has all its answers in session->incoming */
void session_fail_all(struct session *session, const struct err *err);
void session_cancel_ended(struct session *session); /* the canceller is through */

/* session_io.c */
void session_io(struct session *session, int events);
void session_attach_send(struct session *session);
void session_request_send(struct session *session);
void session_notice(void *arg, const PGresult *notice); /* libpq's notice receiver */

/* session_wait.c */
void session_wake_waiters(struct session *session, bool has_failed);

/* pooler.c */
/* The startup packet's `options`: what is configured, then the settings, escaped. Caller frees. */
char *pooler_startup_options(struct session *session);
/* "SELECT set_config(...), ..." with literals quoted for this connection; NULL: there are no settings. Caller frees. */
char *pooler_settings_sql(struct session *session);
bool pooler_wraps(const struct session *session, const struct entry *entry);
/* Sends the request inside BEGIN; settings; ...; COMMIT, in one round trip. */
bool pooler_send_wrapped(struct session *session, struct entry *entry);

/* cancel.c */
void cancel_start(struct session *session);
void cancel_stop(struct session *session);

/* quote.c */
/* The session's connection, or one that only quotes. Borrowed. */
PGconn *quote_conn(const struct session *session);
/* %I identifier, %L literal, %s, %d, %lld, %%. False: a value that is no valid text in the connection's encoding. */
PGTEND_CHECK bool quote_format(PGconn *conn, struct text *out, const char *format, va_list args, struct err *err);

/* tls.c: 0 where there is none. */
int64_t tls_time_us(const ASN1_TIME *at);

#endif
