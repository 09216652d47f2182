/* migrate/statements.h - what a migration's text would do to the transaction around it, found before it runs.
 *
 * PostgreSQL's own parser (libpg_query, opened on need) splits the text; newer syntax goes to its scanner. Neither
 * there: not known, and
 * the runner then watches the transaction itself.
 */
#ifndef PGTEND_MIGRATE_STATEMENTS_H
#define PGTEND_MIGRATE_STATEMENTS_H

#include <stdbool.h>
#include <stddef.h>

enum statements_verdict {
	STATEMENTS_FINE,
	STATEMENTS_TRANSACTION, /* BEGIN, COMMIT, ROLLBACK ... of its own: `word` and `offset` say which and where */
	STATEMENTS_COPY,        /* COPY ... FROM STDIN, whose data only psql can send */
	STATEMENTS_UNKNOWN,     /* no parser here, or a text that it cannot split for certain */
};
struct statements_finding {
	char word[16]; /* "COMMIT" */
	size_t offset; /* byte of the text where that statement begins */
};
enum statements_verdict statements_check(const char *sql, struct statements_finding *finding);
/* Where statement `number` (from 0) of the text begins: for errors that the server gives no position. false: no parser
 * here, or the text is none it knows. */
bool statements_locate(const char *sql, int number, size_t *offset);

#endif
