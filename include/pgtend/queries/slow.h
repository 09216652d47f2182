/* queries/slow.h - which statements the server writes to its log because they took long, and other logging that costs.
 *
 * `slow` sets log_min_duration_statement for one database; sessions that are connected keep what they have.
 */
#ifndef PGTEND_QUERIES_SLOW_H
#define PGTEND_QUERIES_SLOW_H

#include "pgtend/core/report.h"
#include "pgtend/fleet/fleet.h"

/* Adds a row for log_min_duration_statement as a new session gets it, one for each other setting that logs at a cost, and one for each that this database or
 * a role has of its own. In a task. */
PGTEND_CHECK bool slow_look(struct fleet *fleet, struct database *database, struct table *rows, struct err *err);
extern const struct table_shape slow_shape;

/* wanted: "250", "250ms", "2s", "off" (none is logged), "reset" (as the server has it). is_dry_run: says the statement, what it changes and what it does not, in
 * the report's log, and looks whether the role may. Else runs it and looks again: report's rows. In a task. */
PGTEND_CHECK bool slow_set(struct fleet *fleet, struct database *database, const char *wanted, bool is_dry_run, struct report *report, struct err *err);
/* The same as the server takes it: milliseconds, "-1", or NULL with *is_reset. false: none of these, ERR_USAGE. Caller frees *value. */
PGTEND_CHECK bool slow_parse(const char *wanted, char **value, bool *is_reset, struct err *err);

#endif
