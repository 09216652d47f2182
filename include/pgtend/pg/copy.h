/* pg/copy.h - COPY ... TO STDOUT read by a task, and COPY ... FROM STDIN written by one, block by block, in constant memory: while the task
 * does not read, the server waits; while the server does not read, the task waits.
 *
 * Also `COPY (DELETE ... RETURNING ...) TO STDOUT`. Behind a pooler it belongs into a transaction of the caller's own.
 */
#ifndef PGTEND_PG_COPY_H
#define PGTEND_PG_COPY_H

#include <stddef.h>
#include <stdint.h>

#include "pgtend/pg/session.h"

/* Whole rows one behind the other, as the server sent them. */
struct copy_block {
	const char *bytes; /* borrowed until the next call */
	size_t length;     /* 0: there are no more */
	int64_t rows;
};

struct copy; /* opaque */

/* Sends it and comes back. Then copy_end_wait() exactly once, by the same task. */
struct copy *copy_start(struct session *session, const char *sql);
/* false: it failed, or the task was cancelled. */
PGTEND_CHECK bool copy_read_wait(struct copy *copy, struct copy_block *block, struct err *err);
/* What was not read to its end is cancelled. *rows (may be NULL): how many there were by the server's own word; -1: it did not come to its end. */
PGTEND_CHECK bool copy_end_wait(struct copy *copy, int64_t *rows, struct err *err);

struct copy_in; /* opaque */

/* Sends it and comes back. Then copy_in_end_wait() exactly once, by the same task. */
struct copy_in *copy_in_start(struct session *session, const char *sql);
/* Waits until the server takes it. false: it takes no more, or the task was cancelled; copy_in_end_wait() says why. An error in the data is
 * known only at the end. */
bool copy_in_write_wait(struct copy_in *copy, const char *bytes, size_t length);
/* give_up: why nothing of it shall stay (the COPY then fails); NULL: it is whole. *rows: by the server's own word; -1: it failed. *result
 * (never NULL itself): for the error's particulars, NULL when there is none; the caller frees it. */
PGTEND_CHECK bool copy_in_end_wait(
    struct copy_in *copy, const char *give_up, int64_t *rows, struct result **result, struct err *err);

#endif
