/* pg/result_private.h - how the session fills a result. For src/pg alone: PGresult never leaves it. */
#ifndef PGTEND_PG_RESULT_PRIVATE_H
#define PGTEND_PG_RESULT_PRIVATE_H

#include <libpq-fe.h>

#include "pgtend/pg/result.h"

struct result *result_new(void);
void result_add(struct result *result, PGresult *answer);           /* takes ownership: one statement's answer */
void result_drop(struct result *result, int head, int tail);        /* takes away what a wrapper added before and behind */
void result_add_error(struct result *result, const PGresult *error); /* the first one is kept: what follows it are its consequences */
void result_add_notice(struct result *result, const PGresult *notice);
/* The error's position counts from the request's own text: `chars` stood before it. */
void result_shift_position(struct result *result, int chars);
bool result_is_fatal(const PGresult *error); /* FATAL or PANIC, whatever the server's language */

#endif
