/* fresh/reset.h - a database as the working tree has it, at once: a spare clone gets its name, or a clone of a template,
 * or one built anew (create, migrate up, seed).
 *
 * Owns: which way is taken and why, building under a name that nobody uses, the templates and spares that it leaves for
 * the next time. Must not know: verbs, questions. In a task.
 *
 * Nothing is done to the live database before the new one is whole; then both names change in one transaction
 * (scratch/swap.h). A crash finds
 *   before that transaction:  the live one as it was; a copy "being made" at most
 *   behind it:                the new one in its place; the old one "to be dropped"
 * and the next reset, `templates prune` or `templates fill` takes away what was left.
 */
#ifndef PGTEND_FRESH_RESET_H
#define PGTEND_FRESH_RESET_H

#include "pgtend/core/err.h"
#include "pgtend/core/report.h"
#include "pgtend/core/table.h"
#include "pgtend/fleet/fleet.h"

struct reset_options {
	const char *to;    /* migrations up to this one; NULL: all */
	bool no_seeds;
	bool is_rebuild;   /* neither template nor spare is used; a new template is made */
	bool waits;        /* the old one is dropped and the next spare is ready before it ends; else a process of its own does that */
};
/* Who is connected, what goes, which of the ways would be taken and why. *shown (may be NULL): whom the lines name, for
 * reset_run(); caller frees. */
PGTEND_CHECK bool reset_preview(struct fleet *fleet, struct database *database, const struct reset_options *options,
    struct words *lines, char **shown, struct err *err);
/* shown: nobody else is disconnected, ERR_REFUSED when somebody is; NULL: consent was given without looking. */
PGTEND_CHECK bool reset_run(struct fleet *fleet, struct database *database, const struct reset_options *options,
    const char *shown, struct report *report, struct err *err);
extern const struct table_shape reset_shape;

/* The key templates_disk: a size, which section_int() cannot read. */
int64_t fresh_most_bytes(const struct database *database);

/* For `templates fill`: what resets put aside is dropped, and template and spare of the working tree stand ready
 * afterwards (built where they are not there). Another fill of the same database at work: it is left to that one, true.
 * Where the database can have no templates (key `templates`, TimescaleDB): only the first half, and says so. */
PGTEND_CHECK bool fresh_fill(struct fleet *fleet, struct database *database, struct report *report, struct err *err);

#endif
