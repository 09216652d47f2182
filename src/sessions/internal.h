/* internal.h - what the files of sessions/ share. Nobody outside of it includes it. */
#ifndef PGTEND_SRC_SESSIONS_INTERNAL_H
#define PGTEND_SRC_SESSIONS_INTERNAL_H

#include "pgtend/probes/sizes.h"
#include "pgtend/sessions/sessions.h"
#include "pgtend/sessions/shapes.h"

extern const struct probe probe_locks, probe_horizon, probe_progress;

/* The sessions as this round's FACT_ACTIVITY has them; NULL: it was not asked, or some are hidden from this role. */
const struct table *sessions_seen(const struct server *server);
/* Text that this role may not read is no text. */
void sessions_hide(const struct result *result, struct table *table, const char *const *columns);

/* Puts the tree into the rows (depth, parent, releases, set_place, ...) in its order. Caller frees the result; `flat` has the rows as the server told them. */
struct table *sessions_plant(const struct table *flat);

/* As an SQL literal, for people to type. Caller frees. */
char *sessions_literal(const char *s);

#endif
