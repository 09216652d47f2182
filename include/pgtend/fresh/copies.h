/* fresh/copies.h - what stands beside the databases of the fleet: listed, made room of, mended after runs that died.
 *
 * Owns: the rows, what state each copy is in, which of them go and why. Must not know: verbs, questions. In a task.
 */
#ifndef PGTEND_FRESH_COPIES_H
#define PGTEND_FRESH_COPIES_H

#include "pgtend/core/report.h"
#include "pgtend/fresh/copy.h"
#include "pgtend/probes/probe.h"

enum copy_state {
	COPY_READY,    /* whole, and nobody works on it */
	COPY_BUSY,     /* somebody works on it */
	COPY_LEFT,     /* half made or put aside by a run that died */
};
enum copy_state copy_state_of(const struct copy *copy);
/* "pgtend_old_core_1f3a5c7e was put aside by an interrupted reset or rewind of core (since ..., by pid 7 on host)". Caller frees. */
char *copy_left_words(const struct copy *copy);

extern const struct table_shape copies_shape;
/* One row more. section: as the fleet calls it now; NULL: as the copy's maker did. */
void copies_row(struct table *table, const char *section, const struct copy *copy);
/* The copies of these databases as rows, also of one that is not there itself. is_snapshots: only those. What hinders one
 * database is logged; false: it was the only one, or several failed (ERR_PARTIAL). */
PGTEND_CHECK bool copies_list(struct fleet *fleet, struct database *const *databases, int count, bool is_snapshots,
    struct report *report, struct err *err);
/* FACT_COPIES */
extern const struct probe copies_probe;

/* What prune would do, or does: everything that runs which died left behind, templates beyond templates_keep,
 * templates_disk and template_max_age, spares whose template goes. Never a whole snapshot, never what somebody works on. */
struct prune_request {
	bool is_dry_run;
	bool all_templates;       /* every template and spare, not only those beyond the bounds */
	bool leaves_lost;         /* a database that is gone does not get its name back: nobody asked for that */
};
PGTEND_CHECK bool copies_prune(
    struct fleet *fleet, struct database *database, const struct prune_request *request, struct report *report, struct err *err);
/* What had the database's name before, and is to be dropped, goes now: before the database itself goes, or it would get its name back.
 * session: in another database of the server. What hinders it is logged. */
void copies_drop_old(struct session *session, struct database *database, struct report *report);

#endif
