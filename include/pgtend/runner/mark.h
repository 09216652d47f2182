/* runner/mark.h - migrations written down as applied or pending by hand, without running anything.
 *
 * Owns: which names are meant and whether the history would still be one that the team's own tool goes on from. Through the dialect's
 * statements, under the tool's lock, in one transaction.
 */
#ifndef PGTEND_RUNNER_MARK_H
#define PGTEND_RUNNER_MARK_H

#include "pgtend/core/report.h"
#include "pgtend/fleet/fleet.h"

struct migrate_mark {
	const struct words *names; /* as migrate status names them, as the files are called, or numbers */
	bool is_applied;           /* else: pending */
	bool is_dry_run;           /* only tells what would be written down */
};
/* In a task. All or nothing: an unknown name, or an order that the tool would refuse (ERR_DRIFT), writes nothing. */
PGTEND_CHECK bool migrate_mark(
    struct fleet *fleet, struct database *database, const struct migrate_mark *mark, struct report *report, struct err *err);

#endif
