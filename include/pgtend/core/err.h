/* core/err.h - why something failed, in words that a user can act on.
 *
 * Owns: the kinds of failure, their exit statuses, the SQLSTATE that travels along.
 * Must not know: screens, servers, commands.
 *
 * A function that can fail returns bool, is marked PGTEND_CHECK, and takes a
 * `struct err *err` as its last argument (never NULL). On false, *err is filled; on true
 * it is untouched. The layer nearest the user words the message; lower layers may
 * be prefixed with err_prefix().
 */
#ifndef PGTEND_CORE_ERR_H
#define PGTEND_CORE_ERR_H

#include <stdbool.h>

#define PGTEND_CHECK __attribute__((warn_unused_result))
#define PGTEND_PRINTF(fmt, args) __attribute__((format(printf, fmt, args)))

enum err_kind {
	ERR_NONE = 0,
	ERR_FAILED,      /* the action failed, nothing is half done */
	ERR_USAGE,       /* wrong words, unknown database, option or key */
	ERR_CONFIG,      /* pgtend.ini or .env: text begins with file:line */
	ERR_UNREACHABLE, /* no connection: refused, not resolved, password, TLS, silent */
	ERR_TIMEOUT,     /* a deadline of ours or of the server passed */
	ERR_CANCELLED,   /* the user or a signal ended it */
	ERR_PARTIAL,     /* something is done and something is not; text names both */
	ERR_PENDING,     /* migrate status --check */
	ERR_DRIFT,       /* order broken, file edited, schema differs */
	ERR_LOCKED,      /* another run holds the lock */
	ERR_REFUSED,     /* a guard said no */
	ERR_UNSUPPORTED, /* the server lacks a capability: skipped under `all` */
};

struct err {
	enum err_kind kind;
	char sqlstate[6]; /* "" when no server was involved */
	char text[512];   /* one line, no newline at its end, control bytes made visible */
	char hint[256];   /* what to do; "" when there is nothing to add */
};

/* Fills *err and returns false, so that `return err_set(...)` reads well. */
bool err_set(struct err *err, enum err_kind kind, const char *format, ...) PGTEND_PRINTF(3, 4);
/* Adds what to do next; returns false. */
bool err_hint(struct err *err, const char *format, ...) PGTEND_PRINTF(2, 3);
/* Puts "PREFIX: " before the text; returns false. */
bool err_prefix(struct err *err, const char *format, ...) PGTEND_PRINTF(2, 3);
void err_clear(struct err *err);
/* The exit status of DESIGN 2: 0 done, 1, 2, 3, 4, 5, 6, 7. */
int err_exit_status(enum err_kind kind);

#endif
