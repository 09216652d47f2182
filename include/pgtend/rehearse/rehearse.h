/* rehearse/rehearse.h - a plan tried on a fresh copy of the database, which is thrown away: what each file takes, locks,
 * rewrites and changes.
 *
 * Owns: the scratch database from its making to its end (also of runs that were killed), filling it by the real pg_dump
 * and pg_restore, the measures. The plan runs there through migrate_run(), the very code that applies it. Nothing is
 * changed in the database itself.
 */
#ifndef PGTEND_REHEARSE_REHEARSE_H
#define PGTEND_REHEARSE_REHEARSE_H

#include "pgtend/migrate/migrate.h"

struct rehearse_options {
	struct migrate_options run; /* what would run; plan_hash: that plan and no other */
	const char *on;      /* where the scratch database is made: a [server] or a URL; NULL: key rehearse_on, else the
	                        database's own server */
	bool is_schema_only; /* no rows but the history's: locks and mistakes are found, durations are not */
	bool is_dry_run;     /* says what would be copied where, and runs nothing */
};
/* In a task. On true and with something to run *hash (65 bytes) is the hash of the plan that was rehearsed, else "". A
 * file that fails is ERR_FAILED with its FILE:LINE:COL; the report has a row for each file in either case. The scratch
 * database is gone on return; when it could not be dropped that is said. */
PGTEND_CHECK bool rehearse_run(struct fleet *fleet, struct database *database, const struct rehearse_options *options,
    char hash[65], struct report *report, struct err *err);
/* The same, and when all of it went well that very plan on the database itself: ERR_DRIFT when it is another one by
 * then. */
PGTEND_CHECK bool rehearse_then_run(struct fleet *fleet, struct database *database,
    const struct rehearse_options *options, struct report *report, struct err *err);
extern const struct table_shape rehearse_shape;

#endif
