/* sandbox/sandbox.h - the embedded fleet: a private PostgreSQL cluster, PgBouncer, the five Atriz databases.
 *
 * In a task. Nothing outside the folder is touched; only processes that it started (pid and start ticks in DIR/processes.json) are ended.
 */
#ifndef PGTEND_SANDBOX_SANDBOX_H
#define PGTEND_SANDBOX_SANDBOX_H

#include "pgtend/core/err.h"
#include "pgtend/core/report.h"
#include "pgtend/core/table.h"
#include "pgtend/loop/loop.h"

/* folder NULL: the default place. program: pgtend itself, whose verbs create, migrate, seed and back up. */
PGTEND_CHECK bool sandbox_up(struct loop *loop, const char *folder, const char *program, struct report *report, struct err *err);
PGTEND_CHECK bool sandbox_down(struct loop *loop, const char *folder, struct report *report, struct err *err);
PGTEND_CHECK bool sandbox_status(struct loop *loop, const char *folder, struct report *report, struct err *err); /* rows: name, pid, port, state */
PGTEND_CHECK bool sandbox_destroy(struct loop *loop, const char *folder, struct report *report, struct err *err);
/* Live activity until it is cancelled or `seconds` passed (0: until cancelled). */
PGTEND_CHECK bool sandbox_load(struct loop *loop, const char *folder, int seconds, struct report *report, struct err *err);
PGTEND_CHECK bool sandbox_incident(struct loop *loop, const char *folder, const char *program, const char *what, struct report *report, struct err *err);
PGTEND_CHECK bool sandbox_mend(struct loop *loop, const char *folder, const char *program, struct report *report, struct err *err);
char *sandbox_default_folder(void); /* caller frees */
/* "retention", "locks", ...; NULL behind the last one. */
const char *sandbox_incident_name(int i);
extern const struct table_shape sandbox_shape; /* rows of up and status */

#endif
