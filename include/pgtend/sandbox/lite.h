/* sandbox/lite.h - a PGlite of its own, in memory and empty, for who needs a server for a moment where no database can be made.
 *
 * Owns: the process and the folder of its socket. Both end with lite_stop(), and by themselves when pgtend dies in whatever way: it
 * ends as soon as nobody holds the other end of its standard input any more. In a task.
 */
#ifndef PGTEND_SANDBOX_LITE_H
#define PGTEND_SANDBOX_LITE_H

#include "pgtend/core/err.h"
#include "pgtend/core/report.h"
#include "pgtend/loop/loop.h"

struct lite; /* opaque */

/* Starts it and waits until it listens; node and what npm brings are fetched on need, as by `sandbox up`. It takes one connection at a time,
 * has TimescaleDB, and one database, whatever it is called. NULL: err. */
struct lite *lite_start(struct loop *loop, struct report *report, struct err *err);
/* Its address. Borrowed. */
const char *lite_folder(const struct lite *lite);
int lite_port(const struct lite *lite);
void lite_stop(struct lite *lite); /* NULL is nothing; also in a cancelled task */

#endif
