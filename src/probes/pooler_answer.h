/* pooler_answer.h - answers of PgBouncer's admin console, whose columns differ from version to version. */
#ifndef PGTEND_PROBES_POOLER_ANSWER_H
#define PGTEND_PROBES_POOLER_ANSWER_H

#include "pgtend/core/table.h"
#include "pgtend/pg/session.h"

struct pooler_column {
	const char *column; /* ours; NULL ends */
	const char *name;   /* the console's */
	double factor;      /* of reals: 1e-3 makes microseconds milliseconds */
};
/* Fills one row by the names of the columns; what this version does not have is missing for its version. */
void pooler_fill(const struct result *result, int from, const struct pooler_column *map, struct table *table, int row);
/* The console tells seconds and the microseconds beyond them in two columns. */
double pooler_wait_s(const struct result *result, int row, const char *seconds, const char *microseconds);
/* "1.18.0/bouncer" is 1018; 0: not known. */
int pooler_version(const struct session *session);

#endif
