/* review/plan_table.h - a plan as rows for screens and programs, with what lint found in each step. */
#ifndef PGTEND_REVIEW_PLAN_TABLE_H
#define PGTEND_REVIEW_PLAN_TABLE_H

#include "pgtend/migrate/plan.h"

/* Adds a row for each step; shape plan_shape. findings: of lint_plan(); NULL: nobody looked. */
void plan_table(const struct ledger *ledger, const char *database, const struct plan *plan, const struct table *findings,
    struct table *table);
extern const struct table_shape plan_shape;

#endif
