/* catalog/catalog.h - what a database's schema consists of: read, hashed, compared.
 *
 * Owns: the list of objects that users can make, each in a form that is the same on every server (kind, schema, table, name, definition).
 * What is not theirs is left out: the server's own, members of extensions (the extension itself is listed), the schema pgtend, temporary
 * ones, chunks of hypertables. Rows are no schema, nor is where a sequence stands. Must not know: what the databases are compared for.
 */
#ifndef PGTEND_CATALOG_CATALOG_H
#define PGTEND_CATALOG_CATALOG_H

#include "pgtend/core/err.h"
#include "pgtend/core/text.h"
#include "pgtend/pg/session.h"

enum { CATALOG_DIGEST_SIZE = 65 };

/* One hash (sha256, hexadecimal) over the structure of the session's database as its catalogs hold it, policies, grants and comments
 * included: whoever changes rows asks before and after, in the same transaction or not, and knows whether anything else has changed.
 * The digests of two databases are never equal: that is catalog_digest(). One question, two where TimescaleDB is. In a task, also inside
 * an open transaction; changes no setting. */
PGTEND_CHECK bool catalog_digest_wait(struct session *session, char digest[CATALOG_DIGEST_SIZE], struct err *err);

#endif
