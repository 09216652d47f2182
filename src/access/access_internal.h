/* What the files of src/access share; nobody else includes it. */
#ifndef PGTEND_ACCESS_INTERNAL_H
#define PGTEND_ACCESS_INTERNAL_H

#include "pgtend/access/access.h"

enum { ACCESS_DEADLINE_MS = 30000 };

/* ERR_USAGE "core has no role "aap"; did you mean "app"?". Returns false. */
bool access_unknown_role(struct session *session, const struct database *database, const char *role, struct err *err);

#endif
