/* pg/client_tool.h - finding the real pg_dump, pg_restore, psql, initdb of a major version.
 *
 * Looks in $PGTEND_PGBIN, /usr/lib/postgresql/N/bin, /usr/pgsql-N/bin, then PATH, never at the distribution's
 * perl wrapper; asks each binary for its version once.
 */
#ifndef PGTEND_PG_CLIENT_TOOL_H
#define PGTEND_PG_CLIENT_TOOL_H

#include "pgtend/core/err.h"

/* The tool of major version `at_least` or the next newer one found. Caller frees *path; *major (may be NULL) is its version.
 * On false the hint names the package to install (postgresql-client-N). No process is started when the version stands in the path. */
PGTEND_CHECK bool client_tool_find(const char *name, int at_least, char **path, int *major, struct err *err);

/* "pg_dump (PostgreSQL) 15.20", as the program at this path would say; it is not started. NULL: it says none. Caller frees. */
char *client_tool_version(const char *path);

#endif
