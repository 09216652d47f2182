/* The parts of plan_make(): plan.c leads, plan_choose.c chooses the migrations. */
#ifndef PGTEND_MIGRATE_PLAN_INTERNAL_H
#define PGTEND_MIGRATE_PLAN_INTERNAL_H

#include "pgtend/migrate/plan.h"

/* Adds a step without a text for each migration that is asked for, in the order in which they run. */
PGTEND_CHECK bool plan_choose(
    const struct ledger *ledger, const struct migrate_options *options, struct plan *plan, struct err *err);

#endif
