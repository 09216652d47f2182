/* probes/sizes.h - sizes that never wait for a lock, asked once for all who show them, so that two panes never show two numbers. */
#ifndef PGTEND_PROBES_SIZES_H
#define PGTEND_PROBES_SIZES_H

#include "pgtend/probes/probe.h"

/* Marks cells without a value with a reason; columns ends with NULL. */
void probe_mark_missing(struct table *table, int row, const char *const *columns, enum missing why);

/* Asks a question that measures relations: once more when a lock came in between. *result is to be freed in either case. */
PGTEND_CHECK bool probe_query_sizes(struct session *session, const char *sql, const char *const *params, int param_count,
                                    struct result **result, struct err *err);
/* The folded hypertables and aggregates (sql/tables_hypertables*.sql, the one that fits TimescaleDB's catalogs). */
PGTEND_CHECK bool probe_query_hypertables(struct session *session, struct result **result, struct err *err);
/* TimescaleDB before 2.19 names compressed chunks in another place. */
bool probe_is_before_219(const struct database *database);

#endif
