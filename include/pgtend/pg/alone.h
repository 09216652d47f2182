/* pg/alone.h - a statement that must not stand in a transaction (VACUUM, CREATE DATABASE, CALL of a procedure that commits), also behind a
 * pooler, with a look every now and then while it runs.
 */
#ifndef PGTEND_PG_ALONE_H
#define PGTEND_PG_ALONE_H

#include "pgtend/pg/session.h"

struct session_statement {
	const char *sql;
	int tick_ms;             /* 0: no ticks */
	void (*tick)(void *arg); /* in the task, at most every tick_ms */
	void *arg;
};
/* In a task. *result (may be NULL: not wanted) is the answer, also of one that failed; the caller frees it. */
PGTEND_CHECK bool session_alone_wait(
    struct session *session, const struct session_statement *statement, struct result **result, struct err *err);

#endif
