/* runner/adopt.h - a database that was filled without its history: by an init folder, by psql, by hand.
 *
 * Owns: saying of each pending file what of it is there already, by its parse tree and the catalog, and recording those that are wholly
 * there. Runs no file. What no catalog shows (inserted rows, grants, what a DO block did) is unknown, and said so.
 */
#ifndef PGTEND_RUNNER_ADOPT_H
#define PGTEND_RUNNER_ADOPT_H

#include "pgtend/migrate/migrate.h"

enum adopt_verdict {
	ADOPT_ALL,     /* everything that it makes and that can be looked up is there */
	ADOPT_PART,
	ADOPT_NONE,
	ADOPT_UNKNOWN, /* nothing of it can be looked up */
};
const char *adopt_verdict_word(enum adopt_verdict verdict); /* "all", "part", "none", "unknown" */

struct adopt_options {
	bool is_all;     /* record every pending file, whatever is there: the user insists */
	bool is_dry_run; /* compare only, no lock */
};
extern const struct table_shape adopt_shape; /* one row a pending file */
/* In a task. Compares, then records under the tool's lock, in one transaction, the files from the first pending one on that are wholly there
 * (an unknown one counts when a later one that is wholly there stands behind it), and no other. The report has a row for each pending
 * file, a line for each in the log, and what to do next. err: nothing was recorded. */
PGTEND_CHECK bool migrate_adopt(struct fleet *fleet, struct database *database, const struct adopt_options *options,
    struct report *report, struct err *err);

#endif
