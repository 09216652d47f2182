/* runner/run.h - a plan carried out: applying and taking back.
 *
 * Owns: the session of a run, the lock, what shares a message and a transaction, what became of a lost answer, the words about what is
 * committed and what is not. Executes plans (migrate/plan.h) and nothing else; knows no dialect by name.
 */
#ifndef PGTEND_RUNNER_RUN_H
#define PGTEND_RUNNER_RUN_H

#include "pgtend/migrate/migrate.h"

/* In a task. Under the tool's lock; see plan.h for what runs together. ERR_PARTIAL names what is committed and what is not. */
PGTEND_CHECK bool migrate_run(struct fleet *fleet, struct database *database, const struct migrate_options *options,
    struct report *report, struct err *err);

#endif
