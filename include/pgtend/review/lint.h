/* review/lint.h - what a migration would do that hurts: rules over PostgreSQL's own parse tree, with the real tables' sizes.
 *
 * Owns: the rules (one row each: name, why, the safe form) and `-- pgtend: allow RULE reason`. Runs nothing and refuses nothing: it tells.
 */
#ifndef PGTEND_REVIEW_LINT_H
#define PGTEND_REVIEW_LINT_H

#include "pgtend/migrate/plan.h"

enum lint_severity { LINT_NOTE, LINT_WARNING, LINT_DANGER };
const char *lint_severity_word(enum lint_severity severity);
/* Of the findings that no comment allows, so many are at least so bad. */
int lint_count(const struct table *findings, enum lint_severity least);
/* The findings that are at least so bad, each with its safe form, as lines for people; with LINT_NOTE also those that the file allows. */
void lint_say(const struct table *findings, enum lint_severity least, struct report *report);
extern const struct table_shape lint_shape; /* database, migration, rule, severity, place (FILE:LINE:COL), object, why, safe_form, allowed */
/* Adds a row for each finding to `findings` (shape lint_shape). session NULL: nothing is asked of the database, sizes are unknown.
 * In a task when there is a session. */
PGTEND_CHECK bool lint_plan(const struct ledger *ledger, const char *database, const struct plan *plan, struct session *session,
    struct table *findings, struct err *err);

#endif
