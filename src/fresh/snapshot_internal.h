/* What snapshot.c, rewind.c and prune.c share. Inside fresh/ only. */
#ifndef PGTEND_FRESH_SNAPSHOT_INTERNAL_H
#define PGTEND_FRESH_SNAPSHOT_INTERNAL_H

#include "beside.h"

/* A whole snapshot, of this name; name NULL: of any. */
bool snapshot_is(const struct copy *copy, const char *name);
const struct copy *snapshot_find(const struct copies *copies, const char *name);
/* The same; NULL: err names the nearest. */
const struct copy *snapshot_need(
    const struct database *database, const struct copies *copies, const char *name, struct err *err);
/* "taken 2h ago, 48 MB". Caller frees. */
char *snapshot_when(const struct copy *copy);
/* Says that we make a snapshot of this name, for as long as the keeper lives. */
PGTEND_CHECK bool snapshot_hold_name(const struct beside *beside, const char *name, struct err *err);
/* Closes our own session to the database, and logs whose are ended. */
void snapshot_leave(struct beside *beside);

/* What runs that died left of this database goes, and is logged; a database whose name was lost gets it back. Never an error. */
int copies_mend(struct beside *beside, const struct copies *copies);

#endif
