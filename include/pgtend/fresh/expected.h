/* fresh/expected.h - what a database's migrations alone would give.
 *
 * Owns: building it where it harms nobody (a scratch database of the server, a PGlite of its own for a server that has no CREATE DATABASE),
 * reading its schema, and taking it away again, also of runs that were killed. Must not know: what it is compared with. In a task.
 */
#ifndef PGTEND_FRESH_EXPECTED_H
#define PGTEND_FRESH_EXPECTED_H

#include "pgtend/catalog/catalog.h"
#include "pgtend/core/report.h"
#include "pgtend/fleet/fleet.h"

struct expected_options {
	const struct catalog_options *catalog;
	const char *on;    /* where it is built: a [server] or a URL; NULL: key rehearse_on, else the database's own server */
	bool with_pending; /* what is not applied yet is expected as well */
};
/* The schema that the applied migrations give. What they leave open (pending files, rows without a file, files edited since) is logged. The
 * database itself is only read. err: no migrations, one that only its own tool can run, one that fails (FILE:LINE:COL). */
PGTEND_CHECK bool expected_load_wait(struct fleet *fleet, struct database *database, const struct expected_options *options,
    struct catalog *catalog, struct report *report, struct err *err);
/* The schema of one of its snapshots, which lets nobody in: of a clone of it. *is_found false: there is no such snapshot. */
PGTEND_CHECK bool expected_snapshot_wait(struct fleet *fleet, struct database *database, const char *name,
    const struct catalog_options *options, bool *is_found, struct catalog *catalog, struct report *report, struct err *err);

#endif
