/* scratch/clients.h - who is connected to a database that is to be copied, renamed or dropped, and what was consented to.
 *
 * Owns: telling people's sessions from those that nobody misses (panes of pgtend, TimescaleDB's workers), words for each,
 * what a preview has shown, and ending no more than that. Must not know: what for. In a task.
 */
#ifndef PGTEND_SCRATCH_CLIENTS_H
#define PGTEND_SCRATCH_CLIENTS_H

#include "pgtend/core/err.h"
#include "pgtend/core/text.h"
#include "pgtend/pg/session.h"

enum client_kind {
	CLIENT_OTHER,        /* people's: ended only with consent */
	CLIENT_PGTEND,       /* panes of a console: they only look, and come back by themselves */
	CLIENT_WORKER,       /* TimescaleDB's and other extensions': they begin again */
	CLIENT_SUBSCRIPTION, /* comes back at once, so that ending it helps nobody */
};
struct client {
	int pid;
	enum client_kind kind;
	char *application, *user, *address, *state; /* raw; address "": by a socket */
	int64_t since_s;
	bool may_end; /* our role may end it */
};
struct clients {
	struct client *v;
	int count;
};
/* session: in another database. */
PGTEND_CHECK bool clients_load_wait(struct session *session, int64_t oid, struct clients *clients, struct err *err);
void clients_done(struct clients *clients);
int clients_of_others(const struct clients *clients);
/* "pid 12 (psql, user ada, from 10.0.0.3, idle, since 14m)". Caller frees. */
char *client_words(const struct client *client);
/* One line each for a preview; fate: "ended while it is copied". */
void clients_say(const struct clients *clients, const char *fate, struct words *lines);
/* What was shown, for clients_allow() later. Caller frees. */
char *clients_shown(const struct clients *clients);
/* All that are there may be ended, and are among those that were shown (an application of one user that opens one more
 * connection is). shown NULL: consent was given without looking. ERR_REFUSED: somebody is new; ERR_FAILED: somebody may not be ended. */
PGTEND_CHECK bool clients_allow(const struct clients *clients, const char *dbname, const char *shown, struct err *err);
/* Ends those in the database of oid that clients_allow() would bear, and nobody else. Never waits long; false: somebody
 * is there who was not shown. */
bool clients_end_wait(struct session *session, int64_t oid, const char *shown);

#endif
