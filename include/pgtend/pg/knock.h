/* pg/knock.h - what answers at an address, without logging in: nobody, nobody for now, something else, PostgreSQL.
 *
 * Asks as libpq does whether TLS is to be had and goes away. A server with TLS notes in its log that somebody left in the middle, so it is
 * for finding out why a connection failed, not for looking every minute.
 */
#ifndef PGTEND_PG_KNOCK_H
#define PGTEND_PG_KNOCK_H

#include <stdbool.h>
#include <stdint.h>

#include "pgtend/core/err.h"
#include "pgtend/loop/loop.h"

enum knock_answer {
	KNOCK_REFUSED,     /* the machine answers, nobody listens there */
	KNOCK_NO_SOCKET,   /* there is no such Unix socket */
	KNOCK_DENIED,      /* the Unix socket may not be opened */
	KNOCK_UNREACHABLE, /* no way to the machine */
	KNOCK_LOST,        /* not even a refusal came: a packet filter, a machine that is off */
	KNOCK_FULL,        /* the queue of new connections is full */
	KNOCK_MUTE,        /* takes the connection and says nothing */
	KNOCK_CLOSED,      /* takes the connection and closes it */
	KNOCK_FOREIGN,     /* something else answers */
	KNOCK_SERVER,      /* PostgreSQL or a pooler of it */
};

struct knock {
	enum knock_answer answer;
	bool has_tls;     /* KNOCK_SERVER */
	int64_t valid_from_us, valid_until_us; /* knock_certificate_wait(): of the certificate that it shows, unverified; 0: none was seen */
	char words[64];   /* KNOCK_FOREIGN: how its answer begins; KNOCK_UNREACHABLE: why. Visible */
	double took_ms;   /* until the connection stood or failed */
};

/* In a task. address: numeric, or the folder of a Unix socket ("/run/postgresql", "@name"). On false only what keeps us from
 * asking at all: cancelled, no descriptor, no address. */
PGTEND_CHECK bool knock_wait(struct loop *loop, const char *address, const char *port, int deadline_ms, struct knock *knock, struct err *err);
/* The same, and on to the certificate where there is TLS: libpq says "certificate verify failed" and nothing of why. */
PGTEND_CHECK bool knock_certificate_wait(struct loop *loop, const char *address, const char *port, int deadline_ms, struct knock *knock, struct err *err);

#endif
