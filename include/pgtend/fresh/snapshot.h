/* fresh/snapshot.h - a developer's own points in time: a copy of the database as it is now, and the way back to it.
 *
 * Owns: names of snapshots, taking one (the server copies it, nobody else may be in the database meanwhile), going back
 * (a copy of the snapshot gets the database's name, the snapshot stays). Must not know: verbs, questions. In a task.
 *
 * A crash finds the database as it was or as the snapshot is, and copies that `templates prune` takes away.
 */
#ifndef PGTEND_FRESH_SNAPSHOT_H
#define PGTEND_FRESH_SNAPSHOT_H

#include "pgtend/core/report.h"
#include "pgtend/fleet/fleet.h"

enum { SNAPSHOT_NAME_MOST = 40 };
PGTEND_CHECK bool snapshot_name_check(const char *name, struct err *err);

/* Who is connected and would be ended; *shown: what was seen, for snapshot_take(), caller frees. *ends_clients: people's sessions. */
PGTEND_CHECK bool snapshot_preview(struct fleet *fleet, struct database *database, const char *name, bool is_replace,
    struct words *lines, char **shown, bool *ends_clients, struct err *err);
/* shown NULL: consent was given without looking. is_replace: one of this name goes when the new one stands. */
PGTEND_CHECK bool snapshot_take(struct fleet *fleet, struct database *database, const char *name, bool is_replace,
    const char *shown, struct report *report, struct err *err);

PGTEND_CHECK bool snapshot_drop_preview(
    struct fleet *fleet, struct database *database, const char *name, struct words *lines, struct err *err);
PGTEND_CHECK bool snapshot_drop(
    struct fleet *fleet, struct database *database, const char *name, struct report *report, struct err *err);

/* keep: the state of now is kept as a snapshot of this name; NULL: it is dropped. */
PGTEND_CHECK bool rewind_preview(struct fleet *fleet, struct database *database, const char *name, const char *keep,
    struct words *lines, char **shown, struct err *err);
PGTEND_CHECK bool rewind_run(struct fleet *fleet, struct database *database, const char *name, const char *keep,
    const char *shown, struct report *report, struct err *err);

#endif
