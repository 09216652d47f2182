/* The parts of plan_make(): plan.c leads, plan_choose.c chooses the migrations, plan_mode.c says how each runs. */
#ifndef PGTEND_MIGRATE_PLAN_INTERNAL_H
#define PGTEND_MIGRATE_PLAN_INTERNAL_H

#include "pgtend/migrate/plan.h"

/* Adds a step without a text for each migration that is asked for, in the order in which they run. */
PGTEND_CHECK bool plan_choose(
    const struct ledger *ledger, const struct migrate_options *options, struct plan *plan, struct err *err);

/* Sets the step's mode by its text; `file` is the whole text of its file. false: FILE:LINE:COL of what cannot run. */
PGTEND_CHECK bool plan_judge(
    const struct database *database, const char *file, struct plan_step *step, struct plan *plan, struct err *err);
enum transaction_mode plan_transaction_mode(
    const struct ledger *ledger, const struct database *database, const struct migrate_options *options);
/* Says which steps commit together. */
void plan_number(const struct ledger *ledger, enum transaction_mode mode, struct plan *plan);

#endif
