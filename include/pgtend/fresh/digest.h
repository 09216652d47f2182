/* fresh/digest.h - what a database built from the working tree consists of, as one hash: two trees of one hash give the
 * same database.
 *
 * Owns: what counts - migrations (names, bytes), the seeds folder, the files of `reset_inputs`, extensions, how the
 * database is made, runners, environment, server and role, the
 * settings of the database that seeds run with. Must not know: what is done with it. In a task.
 */
#ifndef PGTEND_FRESH_DIGEST_H
#define PGTEND_FRESH_DIGEST_H

#include "pgtend/core/err.h"
#include "pgtend/fleet/fleet.h"

enum { DIGEST_SIZE = 33 }; /* 128 bits in hexadecimal: it stands in comments that people read */

/* settings: a text of those that seeds can see; NULL: none. to: the migration up to which it is built, NULL: all. The server must be learnt.
 * err: a file that cannot be read. */
PGTEND_CHECK bool fresh_digest(const struct database *database, const char *settings, const char *to, bool no_seeds, char digest[DIGEST_SIZE], struct err *err);
/* What of its tree counts and says something new each time that it runs: without seeds a template never grows old. */
bool fresh_has_seeds(const struct database *database);

#endif
