/* pg/connect_error.h - one clear line for each reason why a connection could not be made. Pure: no connection is touched.
 *
 * libpq gives no SQLSTATE for a failed connect, only a text of several lines and attempts. With PQERRORS_VERBOSE the
 * state stands in that text, which works whatever language the server speaks.
 */
#ifndef PGTEND_PG_CONNECT_ERROR_H
#define PGTEND_PG_CONNECT_ERROR_H

#include "pgtend/core/err.h"
#include "pgtend/pg/session.h"

struct connect_place {
	const char *host; /* as configured; a path: Unix socket folder; never NULL */
	const char *port, *user, *dbname, *sslmode;
};

/* What the session does next. */
enum connect_verdict {
	CONNECT_RETRY_SOON,      /* nobody listens yet, or the server starts: it may be there any moment */
	CONNECT_RETRY,           /* back-off */
	CONNECT_SILENT,          /* no answer: stopped, overloaded, or a packet filter */
	CONNECT_REFUSED,         /* trying again changes nothing: password, database, TLS, configuration */
	CONNECT_WITHOUT_OPTIONS, /* a pooler does not take the startup packet's options */
};

/* message: PQerrorMessage() of a failed connect in PQERRORS_VERBOSE and in English. Fills err (ERR_UNREACHABLE). */
enum connect_verdict connect_error_word(struct err *err, const struct connect_place *place, const char *message, bool needs_password);
/* Where on its way the connection stopped. */
enum session_stage connect_error_stage(const char *message, bool needs_password);
/* The next address or host is worth a try: this server was not reached, or is not the kind that is wanted. */
bool connect_error_tries_next(enum connect_verdict verdict, const struct err *err);
/* "db.example:5432" or "socket /run/postgresql/.s.PGSQL.5432". Caller frees. */
char *connect_place_text(const struct connect_place *place);

/* libpq's own words and strerror() are told apart in English: between these two calls messages are. */
void libpq_english_begin(void);
void libpq_english_end(void);

#endif
