/* src/lifecycle/lifecycle_internal.h - what create and drop share: ways to a server on which the database need not be. */
#ifndef PGTEND_LIFECYCLE_LIFECYCLE_INTERNAL_H
#define PGTEND_LIFECYCLE_LIFECYCLE_INTERNAL_H

#include "pgtend/lifecycle/lifecycle.h"

/* dbname NULL: the database itself. NULL: err. */
struct session *lifecycle_connect(
    struct fleet *fleet, struct database *database, const char *dbname, const char *verb, struct err *err);
/* To another database of its server (*beside, static), or (*beside NULL) to itself where nothing else lets us in. NULL: err is the first
 * reason. */
struct session *lifecycle_connect_beside(
    struct fleet *fleet, struct database *database, const char *verb, const char **beside, struct err *err);
/* The server has one session at a time, which somebody else's question must not take. */
bool lifecycle_is_single(const struct database *database);
/* What was learnt of the database: it is another one, or none, now. */
void lifecycle_forget(struct database *database);

#endif
